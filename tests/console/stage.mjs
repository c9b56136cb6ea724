// What every walk needs: a sandbox of its own, the console built for it, and a browser.

import { startSandbox } from "sipbreakout-sandbox";
import { openBrowser } from "../browser/browser.mjs";
import { startConsole } from "../browser/servers.mjs";
import { ConsolePage } from "./console-page.mjs";
import { Core } from "./core.mjs";
import { startGateway } from "./gateway.mjs";

/**
 * `gateway`: the console reaches the API through a gateway that can be closed and opened again while the provider
 * stays. `sandbox` are options of startSandbox.
 */
export async function setStage({ sandbox: options = {}, gateway: withGateway = false } = {}) {
  const closers = [];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
  };
  try {
    const sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ...options });
    // Replaced by restartSandbox, hence looked up when the stage is struck.
    const stage = { sandbox, close };
    closers.push(() => stage.sandbox.close());
    if (withGateway) {
      stage.gateway = await startGateway(sandbox.url);
      closers.push(() => stage.gateway.shut());
    }
    const baseUrl = stage.gateway?.url ?? sandbox.url;
    const served = await startConsole({ issuer: sandbox.issuer, baseUrl });
    closers.push(() => served.close());
    stage.url = served.url;
    stage.busy = served.busy;
    stage.browser = await openBrowser();
    closers.push(() => stage.browser.close());
    stage.core = new Core(sandbox.url);
    stage.page = new ConsolePage(stage.browser, { url: served.url, sandboxUrl: sandbox.url });
    stage.restartSandbox = async (changes = {}) => {
      stage.sandbox = await startSandbox({
        ...options,
        grpcPort: 0,
        quiet: true,
        ...changes,
        port: Number(new URL(sandbox.url).port),
      });
    };
    return stage;
  } catch (failure) {
    await close();
    throw failure;
  }
}
