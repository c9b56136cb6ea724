// What a test can do with a tab beside what a person can: read its history, hold requests back.

import { browserName } from "../browser/drivers.mjs";

/** The addresses that the back button leads to, the current one included. Chromium only; elsewhere the current one. */
export async function historyOf(browser) {
  if (browserName !== "chrome") return [(await browser.url()).href];
  const { entries } = await browser.driver.sendAndGetDevToolsCommand("Page.getNavigationHistory", {});
  return entries.map(({ url }) => url);
}

/** Requests to this address wait until `release`. `count` says how many do, or did until their page went away. */
export async function holdRequests(browser, url) {
  const bidi = await browser.driver.getBidi();
  const held = new Set();
  const onRequest = ({ isBlocked, request }) => {
    if (isBlocked && request.url === url) held.add(request.request);
  };
  bidi.on("network.beforeRequestSent", onRequest);
  const added = await bidi.send({
    method: "network.addIntercept",
    params: { phases: ["beforeRequestSent"], urlPatterns: [{ type: "string", pattern: url }] },
  });
  const { intercept } = added.result;
  return {
    count: () => held.size,
    async release() {
      await bidi.send({ method: "network.removeIntercept", params: { intercept } });
      // Those of a page that was left are gone: continuing them fails, which is fine.
      for (const request of held) await bidi.send({ method: "network.continueRequest", params: { request } });
      bidi.off("network.beforeRequestSent", onRequest);
    },
  };
}
