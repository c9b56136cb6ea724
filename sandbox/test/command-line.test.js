// The command, run as its users run it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../bin/sipbreakout-sandbox.js", import.meta.url));

/** @param {string[]} args */
function start(args) {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  return { child, output };
}

/** @param {string[]} args */
async function run(args) {
  const { child, output } = start(args);
  const [code] = await once(child, "close");
  return { code, ...output };
}

/** @param {() => boolean} condition */
async function until(condition) {
  const endMs = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < endMs, "it took too long");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("sipbreakout-sandbox", () => {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    it(`says where it is, logs requests without secrets, and ends with ${signal}`, async () => {
      const { child, output } = start([
        "--port",
        "0",
        "--grpc-port",
        "0",
        "--ttl",
        "77",
        "--token-ttl",
        "55",
      ]);
      await until(() => output.stdout.includes("/vendor/token"));
      const url = /Issuer and gRPC-Web +(\S+)/.exec(output.stdout)?.[1] ?? assert.fail(output.stdout);
      assert.match(output.stdout, /Native gRPC \(h2c\) +http:\/\/127\.0\.0\.1:\d+\n/);
      assert.match(output.stdout, /Public client id +sipbreakout-console\n/);
      const status = /** @type {any} */ (await (await fetch(`${url}/status.json`)).json());
      await fetch(url);
      await fetch(`${url}/.well-known/jwks.json?secret=1`);
      await fetch(`${url}/`, { method: "POST" });
      assert.equal(status.ttlSeconds, 77);
      const reply = await fetch(`${url}/vendor/token`, { method: "POST" });
      const { access_token: token, expires_in: expiresIn } = /** @type {any} */ (await reply.json());
      assert.equal(expiresIn, 55);
      await until(() => output.stdout.includes("POST /vendor/token 200"));
      assert.match(output.stdout, /^\d{4}-\S+Z GET \/\.well-known\/jwks\.json 200$/m);
      assert.match(output.stdout, /Z POST \/ 405$/m);
      assert.doesNotMatch(output.stdout, /GET \/(status\.json)? /, "what the status page asks for by itself");
      assert.ok(!output.stdout.includes(token));
      assert.ok(!output.stdout.includes("secret"));
      assert.equal(output.stderr, "");
      assert.doesNotMatch(output.stdout, /oidc-provider/, "no notices of the libraries");
      child.kill(signal);
      assert.deepEqual(await once(child, "close"), [0, null]);
    });
  }

  it("sets clock, DPoP and opener policy", async () => {
    const flags = ["--clock-offset=-900", "--dpop", "off", "--dpop-nonces", "--opener-policy", "same-origin"];
    const { child, output } = start(["--port", "0", "--grpc-port", "0", ...flags]);
    await until(() => output.stdout.includes("/vendor/token"));
    const url = /Issuer and gRPC-Web +(\S+)/.exec(output.stdout)?.[1] ?? assert.fail(output.stdout);
    const reply = await fetch(`${url}/.well-known/openid-configuration`);
    assert.ok(Date.parse(reply.headers.get("date") ?? "") < Date.now() - 890_000);
    assert.ok(!(await reply.text()).includes("dpop"));
    assert.equal(reply.headers.get("cross-origin-opener-policy"), "same-origin");
    child.kill("SIGTERM");
    await once(child, "close");
    assert.match(output.stdout, /sipbreakout-mediated, token endpoint/);
  });

  it("keeps quiet when asked to", async () => {
    const { child, output } = start(["--port", "0", "--grpc-port", "0", "--quiet"]);
    await until(() => output.stdout.includes("/vendor/token"));
    const url = /Issuer and gRPC-Web +(\S+)/.exec(output.stdout)?.[1] ?? assert.fail(output.stdout);
    await fetch(`${url}/.well-known/jwks.json`);
    child.kill("SIGTERM");
    await once(child, "close");
    assert.doesNotMatch(output.stdout, /jwks\.json 200/);
  });

  it("explains itself", async () => {
    for (const flag of ["--help", "-h"]) {
      const { code, stdout, stderr } = await run([flag]);
      assert.equal(code, 0);
      assert.equal(stderr, "");
      for (const option of [
        "--port",
        "--grpc-port",
        "--ttl",
        "--token-ttl",
        "--refresh-grace",
        "--clock-offset",
        "--dpop",
        "--dpop-nonces",
        "--opener-policy",
        "--delete-missing",
        "--quiet",
      ]) {
        assert.ok(stdout.includes(option), option);
      }
    }
  });

  it("refuses what it does not understand, in a line, with status 2", async () => {
    for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
      [["--colour"], /Unknown option '--colour'/],
      [["extra"], /Unexpected argument 'extra'/],
      [["--port"], /'--port <value>' argument missing/],
      [["--port", "http"], /--port must be a whole number from 0 to 65535/],
      [["--grpc-port", "65536"], /--grpc-port must be/],
      [
        ["--opener-policy", "none"],
        /--opener-policy must be unsafe-none, same-origin-allow-popups or same-origin/,
      ],
      [["--ttl", "0"], /--ttl must be/],
      [["--token-ttl", "1.5"], /--token-ttl must be/],
      [["--clock-offset=-1.5"], /--clock-offset must be a whole number/],
      [["--dpop", "maybe"], /--dpop must be off, allowed or required/],
      [["--delete-missing", "maybe"], /--delete-missing must be ok or not-acceptable/],
    ])) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.match(stderr, /--help/);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it("says so when a port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (taken.address());
    const { code, stderr } = await run(["--port", String(port), "--grpc-port", "0"]);
    taken.close();
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`port ${port} is taken`));
  });
});
