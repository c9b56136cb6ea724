// What the options of a client and of a call come to. What Rust decides about addresses and metadata is a script here.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readCallSettings, readClientSettings } from "../../dist/client/settings.js";
import { InvalidRequestError } from "../../dist/index.js";

const auth = { made: "by createAuth" };
const refusing = (isGood, message, result) => {
  if (!isGood) throw message;
  return result;
};

/** What Rust and `createAuth` would say; `asked` has what they were asked. */
function script() {
  const asked = [];
  return {
    asked,
    checkBaseUrl: (parts, hasCredentials) => {
      asked.push([...parts, hasCredentials]);
      return refusing(parts[0] && !hasCredentials, "is bad", parts[1] + parts[4].replace(/\/$/, ""));
    },
    metadata: (pairs) => {
      asked.push(pairs);
      return refusing(!pairs.includes("bad"), "can't be sent", pairs);
    },
    checkAuth: (value) => refusing(value === auth, "was made by another copy"),
  };
}

const base = { baseUrl: "https://api.example.com/core/", accessToken: () => "t" };
const ofClient = (options) => readClientSettings({ ...base, ...options })(script());

/** `[field, code]` of all that is wrong with a client's options. */
function wrong(options) {
  try {
    ofClient(options);
  } catch (error) {
    assert.ok(error instanceof InvalidRequestError);
    const words = error.problems.map(({ field, message }) => `${field}: ${message}`);
    assert.equal(error.message, words.join(" "));
    return error.problems.map(({ field, code }) => [field, code]);
  }
  return [];
}

/** The settings of a call, and all that is wrong with its options. */
function ofCall(options, client = ofClient({}), rules = script()) {
  const problems = [];
  return { settings: readCallSettings(options, client, rules, problems), problems, rules };
}

test("what holds where nothing was given", () => {
  assert.deepEqual(ofClient({}), {
    timeoutMs: 30_000,
    metadata: [],
    retry: { maxAttempts: 5, initialDelayMs: 1000, maxDelayMs: 30_000, sendPreviousAttempts: false },
    fetch: undefined,
    credentials: "same-origin",
    cache: undefined,
    keepalive: false,
    onHeader: undefined,
    onTrailer: undefined,
    signal: undefined,
    baseUrl: "https://api.example.com/core",
    apiVersion: "v1",
    maxMessageBytes: 65_536,
    auth: undefined,
    accessToken: base.accessToken,
    keeping: { owner: undefined, maxPerSecond: 50 },
  });
});

test("everything that was given, and a call's own before the client's", () => {
  const [one, other] = [() => {}, () => {}];
  const given = { fetch: one, credentials: "include", cache: "reload", keepalive: true, onHeader: one };
  const client = ofClient({ ...given, timeoutMs: 5, headers: { a: "1" }, maxMessageBytes: 0, retry: false });
  const settings = { ...client };
  for (const [name, value] of Object.entries(given)) assert.equal(settings[name], value, name);
  assert.deepEqual([settings.timeoutMs, settings.maxMessageBytes, settings.metadata], [5, 0, ["a", "1"]]);
  const { signal } = new AbortController();
  const call = {
    fetch: other,
    credentials: "omit",
    cache: "default",
    keepalive: false,
    onTrailer: other,
    signal,
  };
  const own = ofCall({ ...call, timeoutMs: 7, headers: [["b", "2"]] }, client).settings;
  for (const [name, value] of Object.entries(call)) assert.equal(own[name], value, name);
  assert.deepEqual([own.timeoutMs, own.metadata, own.onHeader], [7, ["a", "1", "b", "2"], one]);
  assert.equal(own.retry, client.retry);
});

test("without options a call has the client's settings; Rust is not asked anything", () => {
  const client = ofClient({});
  const { settings, rules } = ofCall(undefined, client);
  assert.equal(settings, client);
  ofCall({ timeoutMs: 5, headers: {} }, client, rules);
  assert.deepEqual(rules.asked, []);
});

describe("retry", () => {
  const policy = (maxAttempts, initialDelayMs = 1000, maxDelayMs = 30_000, sendPreviousAttempts = false) => ({
    maxAttempts,
    initialDelayMs,
    maxDelayMs,
    sendPreviousAttempts,
  });
  const of = (client, call) => ofCall({ retry: call }, ofClient({ retry: client })).settings.retry;

  test("false is one attempt, and keeps the rest", () => {
    assert.deepEqual(of(false, undefined), policy(1));
    assert.deepEqual(of({ initialDelayMs: 5, maxAttempts: 3 }, false), policy(1, 5));
  });

  test("a policy wants retries, also where the client makes none", () => {
    assert.deepEqual(of(false, {}), policy(5));
    assert.deepEqual(of(false, { maxAttempts: 1 }), policy(1));
    assert.deepEqual(of(undefined, { maxAttempts: 2.9 }), policy(2));
  });

  test("what a call's policy leaves out is the client's", () => {
    const client = { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 2, sendPreviousAttempts: true };
    assert.deepEqual(of(client, { maxDelayMs: 9 }), policy(3, 1, 9, true));
    assert.deepEqual(of(client, { sendPreviousAttempts: false }), policy(3, 1, 2, false));
  });

  test("previous attempts are told where page and core have one origin", () => {
    const at = (origin, options) => {
      Object.defineProperty(globalThis, "location", { value: { origin }, configurable: true });
      try {
        return ofClient(options).retry.sendPreviousAttempts;
      } finally {
        delete globalThis.location;
      }
    };
    assert.equal(at("https://api.example.com"), true);
    assert.equal(at("https://api.example.com", { retry: { sendPreviousAttempts: false } }), false);
    for (const other of ["https://api.example.co", "http://api.example.com", "null", "", undefined]) {
      assert.equal(at(other), false, String(other));
    }
  });

  test("problems have paths, and come behind the others", () => {
    const bad = { maxAttempts: 6, initialDelayMs: -1, maxDelayMs: "x", sendPreviousAttempts: 1, tries: 3 };
    assert.deepEqual(wrong({ retry: bad, onHeader: 1 }), [
      ["onHeader", "wrong_type"],
      ["retry.maxAttempts", "out_of_range"],
      ["retry.initialDelayMs", "out_of_range"],
      ["retry.maxDelayMs", "wrong_type"],
      ["retry.sendPreviousAttempts", "wrong_type"],
      ["retry.tries", "unknown_field"],
    ]);
    assert.deepEqual(wrong({ retry: 3 }), [["retry", "wrong_type"]]);
  });
});

describe("baseUrl", () => {
  test("Rust gets the parts of the URL, and says what it comes to", () => {
    const rules = script();
    const options = { ...base, baseUrl: "HTTPS://API.example.com:443/a/?q#h" };
    assert.equal(readClientSettings(options)(rules).baseUrl, "https://api.example.com/a");
    const [href, origin] = ["https://api.example.com/a/?q#h", "https://api.example.com"];
    assert.deepEqual(rules.asked, [[href, origin, "https:", "api.example.com", "/a/", "?q", "#h", false]]);
  });

  test("what is no URL, or has credentials, is for Rust to refuse", () => {
    for (const baseUrl of [
      "",
      "api.example.com",
      "https://u@api.example.com",
      "https://:p@api.example.com",
    ]) {
      assert.deepEqual(wrong({ baseUrl }), [["baseUrl", "bad_url"]], baseUrl);
    }
  });

  test("missing, or of another type", () => {
    assert.deepEqual(wrong({ baseUrl: undefined }), [["baseUrl", "missing"]]);
    assert.deepEqual(wrong({ baseUrl: 5 }), [["baseUrl", "wrong_type"]]);
  });
});

test("auth or accessToken, and not both", () => {
  assert.equal(ofClient({ auth, accessToken: undefined }).auth, auth);
  assert.deepEqual(wrong({ accessToken: undefined }), [["auth", "missing"]]);
  assert.deepEqual(wrong({ auth }), [["accessToken", "conflict"]]);
  assert.deepEqual(wrong({ auth: {}, accessToken: undefined }), [["auth", "wrong_type"]]);
  assert.deepEqual(wrong({ auth, accessToken: undefined, keeping: { owner: "me" } }), [
    ["keeping.owner", "conflict"],
  ]);
  assert.deepEqual(ofClient({ keeping: { owner: "me", maxPerSecond: 1.5 } }).keeping, {
    owner: "me",
    maxPerSecond: 1,
  });
});

describe("headers", () => {
  test("what Rust refuses is a problem", () => {
    assert.deepEqual(wrong({ headers: { bad: "1" } }), [["headers", "bad_header"]]);
    assert.deepEqual(ofCall({ headers: { bad: "1" } }).problems, [
      { field: "headers", code: "bad_header", message: "can't be sent" },
    ]);
  });

  test("what authorizes a call has no place there: the message names the right way", () => {
    for (const name of ["authorization", "Authorization", "AUTHORIZATION", "DPoP"]) {
      const headers = [
        ["x-a", "authorization"],
        [name, "a-token"],
      ];
      assert.deepEqual(wrong({ headers }), [["headers", "conflict"]]);
      const { problems } = ofCall({ headers });
      const message = `Leave out ${name.toLowerCase()}: give accessToken, or auth; the client adds the header.`;
      assert.deepEqual(problems, [{ field: "headers", code: "conflict", message }]);
    }
    assert.deepEqual(wrong({ headers: { "x-authorization": "1", authorizations: "2" } }), []);
  });
});

test("a call's problems are added to those that were found before, and nothing is thrown", () => {
  const problems = [{ field: "sipUri", code: "missing", message: "m" }];
  readCallSettings({ timeoutMs: "5", signal: {}, tries: 1, retry: 3 }, ofClient({}), script(), problems);
  assert.deepEqual(
    problems.map(({ field }) => field),
    ["sipUri", "signal", "timeoutMs", "tries", "retry"],
  );
});

test("what is no refusal goes through: the wasm has stopped", () => {
  const trap = new Error("unreachable");
  const rules = {
    ...script(),
    metadata() {
      throw trap;
    },
  };
  assert.throws(
    () => readClientSettings({ ...base, headers: { a: "1" } })(rules),
    (thrown) => thrown === trap,
  );
});
