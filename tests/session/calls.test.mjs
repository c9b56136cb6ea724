// What calls cost at the network, and a frame's fetch in the place of the page's: only browsers can show either.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { grpcWeb, okBody, request } from "../js/grpc-web.mjs";
import { repeats } from "../repeats.mjs";
import { browsers, Stage } from "./stage.mjs";

const names = "authorization, content-type, grpc-timeout, x-grpc-web, x-user-agent, x-tenant";

/** A core that takes everything, lets its leave be remembered, and counts what it is asked. */
async function startCore() {
  const seen = [];
  const server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url.split("/").at(-1)}`);
    res.setHeader("access-control-allow-origin", "*");
    if (req.method === "OPTIONS") {
      res.setHeader("access-control-allow-methods", "POST");
      res.setHeader("access-control-allow-headers", names);
      res.setHeader("access-control-max-age", "600");
      return res.writeHead(204).end();
    }
    req.resume();
    // A few attempts are to be made again.
    if (seen.length % 15 === 7) return res.writeHead(503).end();
    return res.writeHead(200, { "content-type": grpcWeb }).end(okBody());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close };
}

const counted = (seen, what) => seen.filter((one) => one.startsWith(what)).length;

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    let core;
    before(async () => {
      stage = await Stage.open(browser);
      core = await startCore();
    });
    after(async () => {
      core.close();
      await stage.close();
    });

    /** Twenty calls of each method, one after another, by a page of another origin than the core. */
    const calls = (tab, options) =>
      tab.evaluate(
        async (baseUrl, given, registration) => {
          const { createClient } = window.page.sdk;
          const open = () =>
            createClient({
              baseUrl,
              accessToken: () => `token-${Math.random()}`,
              retry: { initialDelayMs: 1 },
              ...given,
            });
          let client = open();
          for (let i = 0; i < 20; i += 1) {
            // Deadlines differ, and a new client is no stranger to the browser.
            if (i === 10) client = open();
            await client.upsertRegistration(registration, {
              timeoutMs: 5000 + i * 1111,
              headers: { "x-tenant": `${i}` },
            });
            await client.deleteRegistration(registration, { headers: { "x-tenant": "t" } });
          }
        },
        core.url,
        options,
        request,
      );

    test("one preflight for each method, however many calls and attempts", async () => {
      await stage.begin();
      const tab = await stage.tab();
      core.seen.length = 0;
      await calls(tab, {});
      assert.ok(counted(core.seen, "POST") > 40, "some were made again");
      // Firefox asks twice before it remembers, for a plain fetch as well.
      const most = browser === "firefox" ? 2 : 1;
      for (const method of ["UpsertRegistration", "DeleteRegistration"]) {
        assert.ok(counted(core.seen, `OPTIONS ${method}`) <= most, core.seen.join(" | "));
      }
      await tab.close();
    });

    test("a cache mode that is asked for is used, and costs a preflight for each attempt", async () => {
      await stage.begin();
      const tab = await stage.tab();
      core.seen.length = 0;
      await calls(tab, { cache: "no-store" });
      // So the count above would show it.
      assert.equal(counted(core.seen, "OPTIONS"), counted(core.seen, "POST"));
      await tab.close();
    });

    test("the sandbox names the headers and lets its leave be remembered", async () => {
      const url = `${stage.sandbox.url}/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration`;
      const asked = { origin: new URL(stage.served.url).origin, "access-control-request-method": "POST" };
      const { headers } = await fetch(url, { method: "OPTIONS", headers: asked });
      assert.ok(Number(headers.get("access-control-max-age")) >= 60);
      const allowed = headers.get("access-control-allow-headers").split(", ");
      for (const name of names.split(", ").slice(0, -1)) assert.ok(allowed.includes(name), name);
    });

    test("a frame's fetch is as good as the page's, for calls and for a session", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      const seen = await tab.evaluate(
        async (sandboxCore, plainCore, registration) => {
          const frame = document.body.appendChild(document.createElement("iframe"));
          const urls = [];
          const fetch = (url, init) => {
            urls.push(url.split("/").at(-1));
            return frame.contentWindow.fetch(url, init);
          };
          const { createClient } = window.page.sdk;
          const auth = window.page.make({ ...window.page.session, fetch, name: window.page.session.name });
          const results = {};
          results.isRenewed = (await auth.getAccessToken({ forceRefresh: true })).length > 10;
          results.user = (await auth.getUser()).phoneNumber;
          const { phoneNumber, ...own } = registration;
          results.sandbox = (
            await createClient({ baseUrl: sandboxCore, auth, fetch }).upsertRegistration(own)
          ).status;
          const plain = createClient({ baseUrl: plainCore, accessToken: () => "token", fetch, retry: false });
          const gone = frame.contentWindow.DOMException;
          results.isForeign = (await frame.contentWindow.fetch("/page.js")) instanceof Response;
          results.network = await plain.upsertRegistration(registration).then(
            (response) => response.status,
            (error) => [error.code, error.cause instanceof gone],
          );
          return { ...results, urls };
        },
        stage.sandbox.url,
        "http://127.0.0.1:1",
        request,
      );
      const { urls, ...results } = seen;
      assert.deepEqual(results, {
        ...{ isRenewed: true, user: "+4799900001", sandbox: "OK", isForeign: false },
        network: ["unavailable", false],
      });
      assert.equal(urls.filter((name) => name === "UpsertRegistration").length, 2, "each call is made once");
      await tab.close();
    });
  });
}
