// A page that opens popup windows, as far as Node can pretend to have one.

import assert from "node:assert/strict";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

export const home = "https://console.example/back";
export let provider;
export let auth;
/** The window that was opened last. */
export let popup;
export let session = 0;

/** A window that goes to `popup.sent`, and from there nowhere. */
export function openWindow() {
  popup = { closed: false, sent: undefined, opener: globalThis };
  popup.close = () => {
    popup.closed = true;
  };
  popup.location = {
    href: "about:blank",
    replace: (address) => {
      popup.sent = String(address);
      popup.openerThen = popup.opener;
    },
  };
  return popup;
}

/** Opens a page with an `Auth` that opens windows. */
export function openConsole() {
  openPage(home);
  popup = undefined;
  globalThis.open = openWindow;
  provider = createProvider();
  session += 1;
  const name = `popup-${session}`;
  auth = createAuth({
    clientId: "c",
    redirectUri: home,
    issuer: provider.issuer,
    fetch: provider.fetch,
    name,
  });
}

export const caught = (promise) => promise.then(assert.fail, (error) => error);

/** The address that the window was sent to. */
export async function sentAway() {
  while (!popup.sent) await new Promise((resolve) => setTimeout(resolve, 5));
  return popup.sent;
}

/** The window comes back, and passes on what it was sent back with. */
export function comeBack(signInUrl) {
  const answer = provider.answer(signInUrl);
  const channel = new BroadcastChannel(`sipbreakout/popup/${new URL(answer).searchParams.get("state")}`);
  channel.postMessage({ answer });
  channel.unref();
}
