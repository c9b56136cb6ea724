// A provider that attacks, or leads to a page that does: what it can reach of the page that opened its window.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { browsers, pause, Stage, until } from "./stage.mjs";

/** What a page can try to send the tab that opened it elsewhere. It runs at once, and again in a click. */
function attack() {
  const tries = [];
  const attempt = (name, work) => {
    try {
      tries.push([name, String(work())]);
    } catch (error) {
      tries.push([name, error.name]);
    }
  };
  const elsewhere = `${location.origin}/elsewhere`;
  attempt("opener", () => window.opener);
  attempt("opener.location", () => {
    window.opener.location = elsewhere;
  });
  attempt("opener.location.replace", () => window.opener.location.replace(elsewhere));
  attempt("opener.top.location", () => {
    window.opener.top.location = elsewhere;
  });
  attempt("top.opener", () => window.top.opener);
  attempt("parent.opener", () => window.parent.opener);
  attempt("own name", () => window.name);
  for (const name of ["console", "opener", "sipbreakout", "popup"]) {
    attempt(`open by name: ${name}`, () => window.open(elsewhere, name) && "a window");
  }
  return tries;
}

/** Discovery, a sign-in page that attacks, and one that leads to it past a page of its own. */
async function startHostile() {
  const page = (body) => `<!doctype html><title>sign in</title>${body}`;
  const attacking = page(`<button id="attack">Continue</button><script>
    const attack = ${attack};
    window.tries = attack();
    document.querySelector("#attack").onclick = () => { window.tries = attack(); window.clicked = true; };
  </script>`);
  const server = createServer((req, res) => {
    const path = req.url.split("?")[0];
    const origin = `http://localhost:${server.address().port}`;
    res.setHeader("access-control-allow-origin", "*");
    if (path === "/.well-known/openid-configuration") {
      const endpoints = { authorization_endpoint: `${origin}/auth`, token_endpoint: `${origin}/token` };
      res.setHeader("content-type", "application/json");
      return res.end(JSON.stringify({ issuer: origin, ...endpoints, jwks_uri: `${origin}/keys` }));
    }
    res.setHeader("content-type", "text/html");
    if (server.openerPolicy) res.setHeader("cross-origin-opener-policy", server.openerPolicy);
    if (path === "/auth") return res.end(page(`<a id="on" href="/attack">On</a>`));
    return res.end(path === "/attack" ? attacking : page("elsewhere"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.origin = `http://localhost:${server.address().port}`;
  return server;
}

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    let hostile;
    before(async () => {
      hostile = await startHostile();
      stage = await Stage.open(browser);
    });
    after(async () => {
      await stage.close();
      hostile.closeAllConnections();
      hostile.close();
    });

    for (const policy of [undefined, "unsafe-none", "same-origin-allow-popups", "same-origin"]) {
      test(`a window can't reach the page that opened it (opener policy: ${policy ?? "none"})`, {
        skip: repeats(browser === "firefox" && policy !== undefined),
      }, async () => {
        hostile.openerPolicy = policy;
        await stage.begin({ storage: "memory", issuer: hostile.origin });
        const tab = await stage.tab(() => {
          window.name = "console";
        });
        await tab.click("#popup");
        const popup = await until("the popup", async () =>
          (await tab.browserContext().pages()).find((page) => page !== tab && page.url().includes("/auth")),
        );
        assert.equal(await popup.evaluate(() => window.opener === null), true);
        await popup.evaluate(() => document.querySelector("#on").click());
        await until("the attack", () => popup.evaluate(() => window.tries?.length > 0).catch(() => false));
        await popup.click("#attack");
        await until("the click", () => popup.evaluate(() => window.clicked));
        const tries = Object.fromEntries(await popup.evaluate(() => window.tries));
        await pause(700);
        assert.deepEqual(
          [tries.opener, tries["top.opener"], tries["parent.opener"], tries["own name"]],
          ["null", "null", "null", ""],
        );
        assert.equal(tab.url(), stage.served.url);
        assert.equal(await tab.evaluate(() => Boolean(window.page)), true, "it was not reloaded either");
      });
    }
  });
}
