// Wrong input at every door of the package as built: one error that names the field and says what is wanted, nothing
// sent, no promise left pending.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAuth, createClient, InvalidRequestError, validateRegistration } from "../../dist/index.js";

let sent = 0;
const countingFetch = async () => {
  sent += 1;
  return new Response(null, { status: 500 });
};
const realFetch = globalThis.fetch;
before(() => {
  globalThis.fetch = countingFetch;
});
after(() => {
  globalThis.fetch = realFetch;
});

const base = { baseUrl: "https://api.example.com", accessToken: () => "token" };
const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

/** The error of a promise that must reject within a second, or of what makes one. */
async function refusal(work) {
  const promise = typeof work === "function" ? (async () => work())() : work;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("still pending after a second")), 1000);
  });
  try {
    await Promise.race([promise, late]);
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
  assert.fail("was accepted");
}

async function refused(promise, field, code) {
  const before = sent;
  const error = await refusal(promise);
  assert.ok(error instanceof InvalidRequestError, String(error));
  assert.equal(error.code, "invalid_input");
  assert.equal(error.kind, "invalid");
  assert.equal(error.retryable, false);
  const problems = error.problems.filter((problem) => problem.field === field);
  assert.equal(problems.length, 1, `problems of ${field} in ${JSON.stringify(error.problems)}`);
  assert.equal(problems[0].code, code);
  assert.ok(problems[0].message.length > 10);
  assert.ok(error.message.includes(field), error.message);
  assert.equal(sent, before, "something was sent");
  return error;
}

/** In these tests there is a page, whose address is known. */
function onPage() {
  before(() => {
    globalThis.location = { href: "https://console.example/" };
  });
  after(() => {
    delete globalThis.location;
  });
}

describe("a registration", () => {
  const cases = [
    ["sipUri", undefined, "missing"],
    ["sipUri", "", "missing"],
    ["sipUri", "sip:pbx.example.com", "bad_scheme"],
    ["sipUri", "pbx.example.com", "bad_scheme"],
    ["sipUri", "sips:me@pbx.example.com", "has_user"],
    ["sipUri", "sips:192.0.2.1", "ip_address"],
    ["sipUri", "sips:pbx.example.com:70000", "bad_port"],
    ["sipUri", "sips:pbx.example.com;transport=tls", "has_parameters"],
    ["sipUri", "sips:pbx example.com", "has_blanks"],
    ["sipUri", 5, "wrong_type"],
    ["sipUri", new URL("https://pbx.example.com"), "wrong_type"],
    ["routeType", undefined, "missing"],
    ["routeType", "loop", "unknown_route_type"],
    ["routeType", 1, "wrong_type"],
    ["phoneNumber", "99900001", "bad_number"],
    ["phoneNumber", "+0123", "bad_number"],
    ["phoneNumber", `+${"1".repeat(33)}`, "bad_number"],
    ["phoneNumber", 4799900001, "wrong_type"],
    ["mobileOriginatingPrefix", "+00", "bad_prefix"],
    ["mobileOriginatingPrefix", "1234567890123456", "bad_prefix"],
    ["mobileTerminatingPrefix", "#31#", "bad_prefix"],
    ["mobileTerminatingPrefix", {}, "wrong_type"],
    ["ttl", 60, "unknown_field"],
  ];
  for (const [field, value, code] of cases) {
    test(`${field} = ${typeof value === "object" ? "an object" : String(value).slice(0, 40)}: ${code}`, async () => {
      const client = createClient(base);
      await refused(client.upsertRegistration({ ...request, [field]: value }), field, code);
      const problems = await validateRegistration({ ...request, [field]: value });
      assert.deepEqual(
        problems.map((problem) => [problem.field, problem.code]),
        [[field, code]],
      );
    });
  }

  for (const whole of [undefined, null, 5, "text", [], () => {}]) {
    test(`no object at all: ${JSON.stringify(whole) ?? String(whole)}`, async () => {
      const error = await refusal(createClient(base).upsertRegistration(whole));
      assert.ok(error instanceof InvalidRequestError);
      assert.ok(error.problems.length > 0);
    });
  }

  test("a getter that throws", async () => {
    const odd = {
      ...request,
      get phoneNumber() {
        throw new Error("no");
      },
    };
    // Spread would run the getter here; hand over the object itself.
    Object.defineProperty(odd, "sipUri", { enumerable: true, value: "sips:pbx.example.com" });
    await refused(createClient(base).upsertRegistration(odd), "phoneNumber", "unreadable");
  });

  for (const routeType of ["LOOP_MO", "LOOP_MT", "INGRESS"]) {
    test(`${routeType} is not in v0`, async () => {
      const client = createClient({ ...base, apiVersion: "v0" });
      await refused(client.upsertRegistration({ ...request, routeType }), "routeType", "not_in_version");
      const problems = await validateRegistration({ ...request, routeType }, { apiVersion: "v0" });
      assert.equal(problems[0].code, "not_in_version");
    });
  }

  test("all problems are told at once", async () => {
    const error = await refusal(
      createClient(base).upsertRegistration({ sipUri: "x", routeType: "y", phoneNumber: "z", extra: 1 }),
    );
    const fields = error.problems.map((problem) => problem.field).sort();
    assert.deepEqual(fields, ["extra", "phoneNumber", "routeType", "sipUri"]);
  });

  test("a good one has no problems", async () => {
    assert.deepEqual(await validateRegistration(request), []);
  });

  test("a delete needs the sipUri only, and checks it", async () => {
    const client = createClient(base);
    await refused(client.deleteRegistration({}), "sipUri", "missing");
    await refused(client.deleteRegistration({ sipUri: "sip:x" }), "sipUri", "bad_scheme");
  });
});

describe("call options", () => {
  const cases = [
    [{ timeoutMs: "5" }, "timeoutMs", "wrong_type"],
    [{ timeoutMs: Number.NaN }, "timeoutMs", "wrong_type"],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, "timeoutMs", "wrong_type"],
    [{ signal: {} }, "signal", "wrong_type"],
    [{ headers: 5 }, "headers", "wrong_type"],
    [{ headers: { "x-number": 5 } }, "headers", "wrong_type"],
    [{ headers: { "bad name": "v" } }, "headers", "bad_header"],
    [{ headers: { "x-a": "line\nbreak" } }, "headers", "bad_header"],
    [{ timeout: 5 }, "timeout", "unknown_field"],
  ];
  for (const [options, field, code] of cases) {
    test(`${field}: ${code} (${JSON.stringify(options)})`, async () => {
      await refused(createClient(base).upsertRegistration(request, options), field, code);
      await refused(createClient(base).deleteRegistration(request, options), field, code);
    });
  }
});

describe("createClient", () => {
  onPage();

  const cases = [
    [{ baseUrl: undefined }, "baseUrl", "missing"],
    [{ baseUrl: "" }, "baseUrl", "bad_url"],
    [{ baseUrl: "api.example.com" }, "baseUrl", "bad_url"],
    [{ baseUrl: 5 }, "baseUrl", "wrong_type"],
    [{ accessToken: undefined }, "auth", "missing"],
    [{ accessToken: "a token" }, "accessToken", "wrong_type"],
    [{ accessToken: undefined, auth: {} }, "auth", "wrong_type"],
    [{ apiVersion: "v2" }, "apiVersion", "unknown_value"],
    [{ timeoutMs: "1000" }, "timeoutMs", "wrong_type"],
    [{ fetch: "fetch" }, "fetch", "wrong_type"],
    [{ headers: [["x"]] }, "headers", "wrong_type"],
    [{ url: "https://api.example.com" }, "url", "unknown_field"],
  ];
  for (const [options, field, code] of cases) {
    test(`${field}: ${code} (${JSON.stringify(options)})`, async () => {
      await refused(() => createClient({ ...base, ...options }), field, code);
    });
  }

  for (const baseUrl of [
    "http://api.example.com",
    "https://api.example.com/?key=1",
    "https://user:secret@api.example.com",
  ]) {
    test(`by the first call: baseUrl ${baseUrl}`, async () => {
      await refused(createClient({ ...base, baseUrl }).upsertRegistration(request), "baseUrl", "bad_url");
    });
  }

  test("both auth and accessToken", async () => {
    const auth = createAuth({ clientId: "c", redirectUri: "https://a.example/", preset: "wgtwo" });
    await refused(() => createClient({ ...base, auth }), "accessToken", "conflict");
  });

  test("no options at all", async () => {
    const error = await refusal(() => createClient(undefined));
    const fields = error.problems.map((problem) => problem.field).sort();
    assert.deepEqual(fields, ["auth", "baseUrl"]);
  });

  test("an error never quotes what may be a secret", async () => {
    const error = await refusal(
      createClient({ ...base, baseUrl: "https://user:secret@api.example.com" }).upsertRegistration(request),
    );
    assert.ok(!JSON.stringify(error).includes("secret") && !String(error.stack).includes("secret"));
  });
});

describe("createAuth", () => {
  onPage();

  const good = { clientId: "c", redirectUri: "https://console.example/", issuer: "https://id.example.com" };
  const types = [
    [{ clientId: 5 }, "clientId", "wrong_type"],
    [{ redirectUri: {} }, "redirectUri", "wrong_type"],
    [{ scope: 5 }, "scope", "wrong_type"],
    [{ scope: ["a", 5] }, "scope", "wrong_type"],
    [{ endpoints: "x" }, "endpoints", "wrong_type"],
    [{ endpoints: { token: 5 } }, "endpoints.token", "wrong_type"],
    [{ endpoints: { tokens: "x" } }, "endpoints.tokens", "unknown_field"],
    [{ authorizationParams: { prompt: 5 } }, "authorizationParams", "wrong_type"],
    [{ storage: "cookie" }, "storage", "wrong_type"],
    [{ storage: { get() {}, set() {} } }, "storage", "wrong_type"],
    [{ dpop: "yes" }, "dpop", "wrong_type"],
    [{ autoRefresh: 1 }, "autoRefresh", "wrong_type"],
    [{ endpoints: { jwks: 7 } }, "endpoints.jwks", "wrong_type"],
    [{ timeoutMs: "5" }, "timeoutMs", "wrong_type"],
    [{ client_id: "c" }, "client_id", "unknown_field"],
    [{ clientId: undefined }, "clientId", "missing"],
    [{ redirectUri: undefined }, "redirectUri", "missing"],
    [{ redirectUri: "/callback" }, "redirectUri", "bad_url"],
    [{ redirectUri: "http://console.example/" }, "redirectUri", "bad_url"],
    [{ issuer: undefined }, "issuer", "missing"],
    [{ issuer: undefined, endpoints: { token: "https://id.example.com/token" } }, "issuer", "missing"],
    [{ issuer: "http://id.example.com" }, "issuer", "bad_url"],
    [{ issuer: undefined, preset: "acme" }, "preset", "unknown_value"],
    [{ endpoints: { token: "http://id.example.com/token" } }, "endpoints.token", "bad_url"],
  ];
  for (const [options, field, code] of types) {
    test(`${field}: ${code}`, async () => {
      await refused(() => createAuth({ ...good, ...options }), field, code);
    });
  }

  const meanings = [
    [{ clientId: "  " }, "clientId"],
    [{ redirectUri: "https://console.example/#here" }, "redirectUri"],
    [{ issuer: "https://id.example.com/?a=b" }, "issuer"],
    [{ preset: "wgtwo" }, "preset"],
    [{ endpoints: { token: "https://me:secret@id.example.com/token" } }, "endpoints.token"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ name: "" }, "name"],
    [{ authorizationParams: { state: "mine" } }, "authorizationParams.state"],
  ];
  for (const [options, option] of meanings) {
    test(`${option} that can't be used: invalid_config (${JSON.stringify(options)})`, async () => {
      const before = sent;
      const error = await refusal(createAuth({ ...good, ...options }).createSignInUrl());
      assert.equal(error.name, "AuthError");
      assert.equal(error.code, "invalid_config");
      assert.equal(error.kind, "config");
      assert.ok(error.message.includes(option), error.message);
      assert.equal(sent, before, "something was sent");
    });
  }

  test("sign-in options", async () => {
    const auth = createAuth(good);
    await refused(auth.createSignInUrl({ prompt: 5 }), "prompt", "wrong_type");
    await refused(auth.createSignInUrl({ hint: "x" }), "hint", "unknown_field");
    await refused(auth.createSignInUrl({ appState: 5n }), "appState", "wrong_type");
    const cyclic = {};
    cyclic.self = cyclic;
    await refused(auth.createSignInUrl({ appState: cyclic }), "appState", "wrong_type");
    await refused(auth.getAccessToken({ force: true }), "force", "unknown_field");
    await refused(auth.signOut({ returnTo: 5 }), "returnTo", "wrong_type");
  });

  test("an address that is no answer", async () => {
    const auth = createAuth(good);
    for (const url of ["https://console.example/", "nonsense", "", undefined]) {
      assert.equal(auth.isRedirectCallback(url), false);
      const error = await refusal(auth.handleRedirectCallback(url));
      assert.equal(error.code, "not_a_callback", String(error));
    }
  });
});

test("on a server that renders a page its own address is not known: the first call finds it", async () => {
  const own = `${globalThis.location?.origin}/`;
  const auth = createAuth({ clientId: "c", redirectUri: own, issuer: "https://id.example.com" });
  assert.equal(auth.isRedirectCallback(), false);
  const { code, message } = await refusal(auth.createSignInUrl());
  assert.deepEqual([code, message.includes("redirectUri")], ["invalid_config", true]);
  const client = createClient({ ...base, baseUrl: own });
  await refused(client.upsertRegistration(request), "baseUrl", "bad_url");
});

test("values that throw at every question are bad input, and stop nothing else", async () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const core = createClient({ baseUrl: "https://api.example.com", accessToken: () => new Promise(() => {}) });
  const good = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
  const underWay = core.upsertRegistration(good, { timeoutMs: 300 }).catch((error) => error.code);
  const throwing = {
    [Symbol.iterator]: () => ({
      next: () => ({
        get done() {
          throw new Error("no");
        },
      }),
    }),
  };
  for (const [request, options] of [
    [revoked()],
    [{ ...good, sipUri: revoked() }],
    [good, revoked()],
    [good, { headers: throwing }],
    [good, { headers: revoked() }],
  ]) {
    await assert.rejects(core.upsertRegistration(request, options), { name: "InvalidRequestError" });
  }
  assert.ok((await validateRegistration(revoked())).length > 0);
  const dated = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => ({ token: "t", expiresAt: new Proxy(new Date(), {}) }),
  });
  await assert.rejects(dated.upsertRegistration(good), { name: "AuthError", code: "token_supplier_failed" });
  assert.equal(await underWay, "deadline_exceeded");
});

test("options that were left out altogether are as good as empty ones", async () => {
  for (const given of [undefined, null, {}]) {
    for (const field of ["clientId", "redirectUri", "issuer"]) {
      await refused(() => createAuth(given), field, "missing");
    }
  }
});

test("what is wrong and needs no wasm to be seen is thrown in the very turn", () => {
  for (const make of [createAuth, createClient]) {
    assert.throws(() => make({}), { name: "InvalidRequestError" });
    assert.throws(() => make({ fetch: 5 }), { name: "InvalidRequestError" });
  }
});
