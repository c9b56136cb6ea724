// What is taken for a provider's answer, and whose answer it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { answer, CALLBACK, createScript, reply } from "./scripted-provider.mjs";
import { adapter, clock, failing } from "./session.mjs";

/** A sign-in under way. */
async function begun(more) {
  const script = createScript(more);
  const { state } = await script.begin({ appState: "here" });
  const fails = (rest) => failing(script.auth.handleRedirectCallback(answer(state, rest)));
  return { ...script, state, fails };
}

test("an address without an answer is no callback, and costs nothing", async () => {
  const { auth, state, pending, requests } = await begun();
  for (const address of [
    CALLBACK,
    "callback?state=a&code=b",
    answer(state, ""),
    answer(state, "code="),
    `${CALLBACK}?code=a-code`,
    `${CALLBACK}?state=&code=a-code`,
    `${CALLBACK}#state=${state}&code=a-code`,
    answer(state, "code=a-code&code=b-code"),
    answer(state, "code=a-code&state=other"),
    answer(state, "code=a-code&iss=a&iss=b"),
  ]) {
    const { code, kind } = await failing(auth.handleRedirectCallback(address));
    assert.deepEqual([code, kind], ["not_a_callback", "invalid"], address);
  }
  assert.equal(pending().length, 1, "the sign-in is still under way");
  assert.equal(requests.length, 0);
});

test("an unknown state, and one that is too old", async () => {
  const { auth, fails, pending, requests } = await begun();
  const forged = await failing(auth.handleRedirectCallback(answer("forged", "code=a-code")));
  assert.deepEqual([forged.code, forged.appState], ["state_unknown", undefined]);
  const time = clock();
  try {
    time.pass(600_001);
    assert.equal((await fails("code=a-code")).code, "state_unknown");
  } finally {
    time.back();
  }
  assert.equal(pending().length, 0, "it is swept");
  assert.equal(requests.length, 0);
});

test("why a state is unknown is told, as far as the tab can know", async () => {
  const { auth, options, fails, state } = await begun();
  const message = async (of, rest = "code=a-code") =>
    (await failing(of.handleRedirectCallback(answer(state, rest)))).message;
  assert.match(
    (await failing(auth.handleRedirectCallback(answer("forged", "code=x")))).message,
    /in another tab or browser/,
  );
  for (const [option, more] of [
    ["clientId", { clientId: "another" }],
    ["issuer", { preset: undefined, issuer: "https://id.example.com" }],
    ["name", { name: "another" }],
  ]) {
    const said = await message(createAuth({ ...options, ...more }));
    assert.match(said, new RegExp(`with another \`${option}\``));
    assert.ok(!said.includes(state));
  }
  assert.equal((await fails("error=access_denied&iss=https://id.wgtwo.com/")).code, "access_denied");
  for (const ms of [601_000, -601_000]) {
    const script = await begun();
    const time = clock();
    try {
      time.pass(ms);
      const late = await script.fails("code=a-code");
      assert.equal(late.code, "state_unknown");
      assert.match(late.message, /10 minutes.*clock was set/);
    } finally {
      time.back();
    }
  }
});

test("a code is not sent before its record says so", async () => {
  const { fails, requests } = await begun();
  globalThis.sessionStorage.setItem = () => {
    throw new Error("no room");
  };
  assert.equal((await fails("code=a-code")).code, "storage_unavailable");
  assert.equal(requests.length, 0);
});

test("an error comes as the provider said it, and beats a code", async () => {
  const { fails, pending, requests, stored, told } = await begun();
  const uri = "https://id.wgtwo.com/why";
  const error = await fails(
    `error=access_denied&error_description=Not+today&error_uri=${encodeURIComponent(uri)}&code=x`,
  );
  assert.deepEqual([error.code, error.kind], ["access_denied", "auth"]);
  assert.deepEqual([error.description, error.uri, error.appState], ["Not today", uri, "here"]);
  assert.deepEqual([pending().length, stored(), told.length, requests.length], [0, undefined, 0, 0]);
});

test("a code that is there twice keeps nobody from the provider's words, and is not shown", async () => {
  const { fails, pending } = await begun();
  const words = "error=access_denied&error_description=not+one-code";
  const error = await fails(`code=one-code&${words}&code=another-code`);
  assert.deepEqual([error.code, error.description, pending().length], ["access_denied", "not [removed]", 0]);
});

test("without a value a parameter is as good as left out", async () => {
  const empty = "state=&code=&error=&error_description=&error_uri=&iss=&response=";
  const { auth, state, fails, replies, requests } = await begun({ dangerouslySkipIdTokenSignature: true });
  globalThis.location.href = `${CALLBACK}?code=&state=${state}`;
  assert.equal(auth.isRedirectCallback(), false);
  assert.equal((await fails("code=")).code, "not_a_callback");
  globalThis.location.href = `${CALLBACK}?${empty}&error=access_denied&error_description=x`;
  assert.equal(auth.isRedirectCallback(), true);
  const told = await failing(auth.handleRedirectCallback());
  assert.deepEqual([told.code, told.description], ["access_denied", undefined]);
  replies.push(reply(400, { error: "invalid_grant" }));
  globalThis.location.href = `${CALLBACK}?${empty}&code=a-code&state=${state}&${empty}#part`;
  assert.equal(auth.isRedirectCallback(), true);
  assert.equal((await failing(auth.handleRedirectCallback())).code, "invalid_grant");
  assert.equal(requests[0].fields.code, "a-code");
  assert.equal(globalThis.location.href, `${CALLBACK}#part`);
});

test("an error_uri that is no web address is left out", async () => {
  const { fails } = await begun();
  const { code, uri } = await fails("error=access_denied&error_uri=javascript:alert(1)");
  assert.deepEqual([code, uri], ["access_denied", undefined]);
});

test("words of OAuth are codes, others are quoted; the same call can't succeed", async () => {
  const words =
    "access_denied invalid_request unauthorized_client unsupported_response_type invalid_scope server_error " +
    "temporarily_unavailable login_required consent_required interaction_required account_selection_required";
  for (const word of words.split(" ")) {
    const { fails } = await begun();
    const { code, retryable } = await fails(`error=${word}`);
    assert.deepEqual([code, retryable], [word, false]);
  }
  const { fails } = await begun();
  // A word of the SDK's own is no word of OAuth.
  const { code, message } = await fails("error=session_expired");
  assert.equal(code, "provider_error");
  assert.match(message, /session_expired/);
});

test("another issuer's answer is refused, also if it is an error", async () => {
  for (const rest of ["code=a-code", "error=access_denied"]) {
    const { fails, pending, requests } = await begun();
    const { code, appState } = await fails(`${rest}&iss=https%3A%2F%2Fevil.example.com%2F`);
    assert.deepEqual([code, appState], ["issuer_mismatch", "here"]);
    assert.deepEqual([pending().length, requests.length], [0, 0]);
  }
});

test("the preset's issuer may lack its slash, and nothing else", async () => {
  for (const [iss, isGood] of [
    ["https://id.wgtwo.com", true],
    ["https://id.wgtwo.com/", true],
    ["https://id.wgtwo.com//", false],
    ["https://id.wgtwo.com/x", false],
    ["http://id.wgtwo.com/", false],
  ]) {
    const { fails } = await begun();
    const { code } = await fails(`error=access_denied&iss=${iss}`);
    assert.equal(code, isGood ? "access_denied" : "issuer_mismatch", iss);
  }
});

test("an issuer that is promised must be there, also after a reload", async () => {
  const issuer = "https://id.example.com";
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    authorization_response_iss_parameter_supported: true,
  };
  for (const [rest, expected] of [
    ["code=a-code", "issuer_mismatch"],
    ["error=access_denied", "issuer_mismatch"],
    ["error=access_denied&iss=https%3A%2F%2Fid.example.com%2F", "issuer_mismatch"],
    ["error=access_denied&iss=https%3A%2F%2Fid.example.com", "access_denied"],
  ]) {
    const script = createScript({ preset: undefined, issuer });
    script.replies.push(reply(200, metadata));
    const { state } = await script.begin();
    // Nothing is discovered again: the record remembers the promise.
    const reloaded = createAuth({ ...script.options, storage: adapter(script.entries) });
    const { code } = await failing(reloaded.handleRedirectCallback(answer(state, rest)));
    assert.equal(code, expected, rest);
    assert.equal(script.requests.length, 1);
  }
});

test("the page was reloaded when the answer had left the address bar", async () => {
  const { fails, pending, requests } = await begun();
  const { code, appState } = await fails("error=sign_in_interrupted");
  assert.deepEqual([code, appState], ["sign_in_interrupted", "here"]);
  assert.deepEqual([pending().length, requests.length], [0, 0]);
});
