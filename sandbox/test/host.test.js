// Which names the sandbox answers to: a page that made its own name point at this machine is sent away.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
});
after(() => sandbox.close());

const own = [
  "127.0.0.1",
  "127.0.0.1:8700",
  "localhost:1",
  "LOCALHOST",
  "console.localhost:5173",
  "[::1]:8700",
];
const foreign = [
  "example.com",
  "example.com:8700",
  "localhost.example.com",
  "127.0.0.1.example.com",
  "evillocalhost",
  "127.0.0.2",
  "user@localhost",
  "localhost:8700/",
  "[::2]",
];

/**
 * @param {string} host
 * @param {{ path?: string, method?: string }} [options]
 */
async function statusOverHttp1(host, { path = "/status.json", method = "GET" } = {}) {
  const req = request(new URL(path, sandbox.url), { method, headers: { host }, agent: false }).end();
  const [res] = await once(req, "response");
  res.resume();
  return res.statusCode;
}

/** @param {string} authority */
async function statusOverHttp2(authority) {
  const session = connect(sandbox.grpcUrl);
  try {
    const path = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";
    const headers = {
      ":authority": authority,
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
    };
    const stream = session.request(headers).end();
    const [reply] = await once(stream, "response");
    stream.resume();
    return reply[":status"];
  } finally {
    session.destroy();
  }
}

describe("the HTTP/1.1 port", () => {
  it("answers to the names of this machine, with any port", async () => {
    for (const host of own) assert.equal(await statusOverHttp1(host), 200, host);
  });

  it("sends every other name away, whatever is asked for", async () => {
    for (const host of foreign) assert.equal(await statusOverHttp1(host), 421, host);
    for (const path of ["/", "/nothing", "/.well-known/openid-configuration", "/oauth2/auth"]) {
      assert.equal(await statusOverHttp1("example.com", { path }), 421, path);
    }
    for (const path of ["/vendor/token", "/oauth2/token", "/wgtwo.sipbreakout.v1.SipBreakoutService/X"]) {
      assert.equal(await statusOverHttp1("example.com", { path, method: "POST" }), 421, path);
    }
  });

  it("gives away nothing with it, and logs it", async () => {
    const before = sandbox.issuedSecrets.size;
    await statusOverHttp1("example.com", { path: "/vendor/token", method: "POST" });
    assert.equal(sandbox.issuedSecrets.size, before);
    const { path, status } = sandbox.requests.at(-1) ?? assert.fail();
    assert.deepEqual({ path, status }, { path: "/vendor/token", status: 421 });
  });

  it("wants a name", async () => {
    for (const head of ["GET /status.json HTTP/1.0", "GET /status.json HTTP/1.1\r\nHost: "]) {
      const socket = connectSocket(Number(new URL(sandbox.url).port), "127.0.0.1");
      socket.write(`${head}\r\n\r\n`);
      const [bytes] = await once(socket, "data");
      assert.match(String(bytes), /^HTTP\/1\.1 421 /);
      socket.destroy();
    }
  });
});

describe("the gRPC port", () => {
  it("answers to the names of this machine, and to no other", async () => {
    for (const authority of ["127.0.0.1", "localhost:8701", "core.localhost", "[::1]:8701"]) {
      assert.equal(await statusOverHttp2(authority), 200, authority);
    }
    for (const authority of ["example.com", "localhost.example.com:8701"]) {
      assert.equal(await statusOverHttp2(authority), 421, authority);
    }
  });
});
