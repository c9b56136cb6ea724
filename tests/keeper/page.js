// What a console does that keeps registrations: the page of the session's tests, a client, and notes of what the keepers tell.

const { baseUrl, keep = [], isResuming, client: more } = await (await fetch("/keeping")).json();
await import("/page.js");

const { page } = window;
const { sdk } = page;
const types = [
  "registered",
  "refreshed",
  "atRisk",
  "lapsed",
  "rejected",
  "suspended",
  "resumed",
  "stopped",
  "change",
];

/** Tells this page from others in the sandbox's log, and from itself after a reload. */
page.label = crypto.randomUUID().slice(0, 8);
/** What the keepers told, the oldest first. */
page.notes = [];
const seen = new Set();

page.watch = (keeper) => {
  if (seen.has(keeper)) return keeper;
  seen.add(keeper);
  for (const type of types) {
    keeper.addEventListener(type, ({ detail }) => {
      const { state, error } = detail;
      page.notes.push({
        type,
        state,
        code: error?.code,
        message: error?.message,
        phoneNumber: keeper.request.phoneNumber,
      });
    });
  }
  return keeper;
};

page.makeClient = (options = {}) =>
  sdk.createClient({
    baseUrl,
    auth: page.auth,
    headers: { "x-sandbox-label": page.label },
    ...more,
    ...options,
  });
page.client = page.makeClient();

page.keep = (request, options) => {
  page.keeper = page.watch(page.client.keepRegistered(request, options));
};
page.resume = async () => {
  const keepers = await page.client.resumeKeepers();
  page.keeper = keepers.map(page.watch)[0];
  return keepers.length;
};

const viewOf = (keeper) => ({
  request: keeper.request,
  inEffect: keeper.inEffect,
  state: keeper.state,
  isLeading: keeper.isLeading,
  expiresAt: keeper.expiresAt?.getTime(),
  nextRefreshAt: keeper.nextRefreshAt?.getTime(),
  code: keeper.lastError?.code,
});
page.view = () => page.client.keepers.map(viewOf);
page.viewOf = viewOf;

for (const { request, options } of keep) page.keep(request, options);
if (isResuming) page.resumed = page.caught(page.resume());
