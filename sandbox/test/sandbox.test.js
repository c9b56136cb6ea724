// Starting and ending: options, several in one process, and open connections.
import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { connect } from "node:http2";
import { describe, it } from "node:test";
import { Code } from "@connectrpc/connect";
import { startSandbox } from "../src/index.js";
import { Browser } from "./browser.js";
import { clientToken, signIn } from "./console.js";
import { bearer, clientV1, failsWith, loop } from "./core-client.js";

const anyPort = { port: 0, grpcPort: 0, quiet: true };

describe("startSandbox", () => {
  it("listens on loopback, on the ports it was given", async () => {
    const first = await startSandbox(anyPort);
    const ports = [first.url, first.grpcUrl].map((url) => Number(new URL(url).port));
    assert.equal(first.issuer, first.url);
    assert.ok([first.url, first.grpcUrl].every((url) => new URL(url).hostname === "127.0.0.1"));
    await first.close();
    const [port = 0, grpcPort = 0] = ports;
    const second = await startSandbox({ port, grpcPort, quiet: true });
    assert.deepEqual([second.url, second.grpcUrl], [first.url, first.grpcUrl]);
    await second.close();
  });

  it("refuses options that make no sense", async () => {
    for (const [options, message] of /** @type {[object, RegExp][]} */ ([
      [{ port: -1 }, /^TypeError: port/],
      [{ grpcPort: 70_000 }, /grpcPort/],
      [{ ttlSeconds: 0 }, /ttlSeconds/],
      [{ tokenTtlSeconds: 1.5 }, /tokenTtlSeconds/],
      [{ refreshGraceSeconds: -1 }, /refreshGraceSeconds/],
      [{ deleteMissing: "maybe" }, /deleteMissing/],
      [{ quiet: "yes" }, /quiet/],
      [{ collectSecrets: 1 }, /collectSecrets/],
      [{ colour: "red" }, /unknown option colour/],
    ])) {
      await assert.rejects(startSandbox(options), (error) => message.test(String(error)));
    }
  });

  it("fails when a port is taken, and leaves none behind", async () => {
    const first = await startSandbox(anyPort);
    try {
      await assert.rejects(startSandbox({ ...anyPort, grpcPort: Number(new URL(first.grpcUrl).port) }), {
        code: "EADDRINUSE",
      });
    } finally {
      await first.close();
    }
  });

  it("keeps sandboxes in one process, and in one browser, apart", async () => {
    const [one, two] = [await startSandbox(anyPort), await startSandbox({ ...anyPort, tokenTtlSeconds: 60 })];
    try {
      const browser = new Browser();
      const inOne = await signIn(one, { browser });
      const inTwo = await signIn(two, { browser });
      assert.deepEqual(inTwo.pages, ["sign-in", "consent"]);
      assert.deepEqual([inOne.tokens.expires_in, inTwo.tokens.expires_in], [3600, 60]);
      assert.deepEqual((await signIn(one, { browser })).pages, []);
      await clientV1(one).upsertRegistration(loop(undefined), bearer(inOne.tokens.access_token));
      assert.equal(one.registrations().length, 1);
      assert.equal(two.registrations().length, 0);
      await failsWith(
        clientV1(two).upsertRegistration(loop(undefined), bearer(inOne.tokens.access_token)),
        Code.Unauthenticated,
      );
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });

  it("closes at once, with connections kept open on both ports", async () => {
    const sandbox = await startSandbox(anyPort);
    await clientToken(sandbox);
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      get(sandbox.url, { agent }, (reply) => reply.resume().once("end", resolve)).once("error", reject);
    });
    const session = connect(sandbox.grpcUrl);
    session.on("error", () => {});
    await new Promise((resolve) => session.once("connect", resolve));
    const startedMs = performance.now();
    await sandbox.close();
    assert.ok(performance.now() - startedMs < 2000);
    await sandbox.close();
    await assert.rejects(fetch(sandbox.url));
    agent.destroy();
    session.destroy();
  });
});
