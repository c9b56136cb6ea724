// How a tab that leads ends, one way after another; each resolves when it is over with the tab.

import { rendererOf, signal } from "./renderers.mjs";
import { label, leaderOf, pause, until } from "./stage.mjs";

/** A driver may wait for a tab that is no more. */
const within = (ms, promise) => Promise.race([Promise.resolve(promise).catch(() => {}), pause(ms)]);
const close = (tab) => within(3000, tab.close());

/** What may happen to the leader; `succeeded` resolves when another one has told the core. */
export const endings = {
  closed: (tab) => close(tab),

  async crashed(tab, { browser }) {
    if (browser === "chromium") {
      const devtools = await tab.createCDPSession();
      await within(1000, devtools.send("Page.crash"));
    } else signal(await rendererOf(tab), "SIGKILL");
    await pause(500);
    await close(tab);
  },

  /** As browsers do with tabs that nobody looks at. It is thawed when another one leads, and must not go on. */
  async frozen(tab, { succeeded }) {
    const devtools = await tab.createCDPSession();
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await succeeded();
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await pause(1500);
    await close(tab);
  },

  /** It has the lock, and does nothing. When it goes on it must see that another one leads. */
  async hung(tab, { succeeded }) {
    const pid = await rendererOf(tab);
    signal(pid, "SIGSTOP");
    try {
      await succeeded();
    } finally {
      signal(pid, "SIGCONT");
    }
    await pause(1500);
    await close(tab);
  },
};

/** Ends the leader in this way, and opens another tab. Tells who it was. */
export async function end(way, { stage, tabs, number, patienceMs }) {
  const leader = await leaderOf(tabs, patienceMs);
  const name = await label(leader);
  const at = stage.sandbox.callLog.length;
  tabs.splice(tabs.indexOf(leader), 1);
  const succeeded = () =>
    until(
      "another one tells the core",
      () =>
        stage.sandbox.callLog.slice(at).some((call) => call.phoneNumber === number && call.label !== name),
      patienceMs,
    );
  await Promise.all([
    endings[way](leader, { browser: stage.name, succeeded }),
    stage.tab().then((tab) => tabs.push(tab)),
  ]);
  return { way, label: name, at };
}
