// The operator's side, seen from outside the console: the sandbox's status over HTTP, and a vendor's back end that
// changes registrations with a client token.

import assert from "node:assert/strict";
import { createClient } from "sipbreakout-web";

export class Core {
  #url;

  constructor(url) {
    this.#url = url;
  }

  async #status() {
    const response = await fetch(new URL("/status.json", this.#url));
    assert.equal(response.status, 200);
    return response.json();
  }

  /** All registrations, as the sandbox's JSON has them. */
  async registrations() {
    return (await this.#status()).registrations;
  }

  /** The number's registration, or undefined. There is never more than one. */
  async registrationOf(number) {
    const found = (await this.registrations()).filter(({ phoneNumber }) => phoneNumber === number);
    assert.ok(found.length <= 1, `${number} has ${found.length} registrations`);
    return found[0];
  }

  /** Asserts that the number is registered, once, with these properties (and perhaps others). */
  async holds(number, expected) {
    const found = await this.registrationOf(number);
    assert.ok(found, `the core has no registration of ${number}`);
    const named = Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]]));
    assert.deepEqual(named, expected);
    return found;
  }

  async holdsNothing(number) {
    assert.equal(await this.registrationOf(number), undefined);
  }

  /** What a vendor's back end does behind the console's back. */
  async asVendor(work) {
    const reply = await fetch(new URL("/vendor/token", this.#url), { method: "POST" });
    assert.equal(reply.status, 200);
    const { access_token: token } = await reply.json();
    const client = createClient({ baseUrl: this.#url, accessToken: () => token });
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }
}

/** The calls of SipBreakoutService that the sandbox has seen; CORS preflights are not calls. */
export function callsOf(sandbox) {
  return sandbox.requests.filter(
    ({ method, path }) => method === "POST" && path.includes("SipBreakoutService"),
  );
}
