// What a console does with a session: makes it, handles the answer if there is one, and notes what it is told.
// Another build, where a tab has that.
const sdk = await import(window.build ?? "/dist/index.js");

const { session, more = [], isLazy = false } = await (await fetch("/options")).json();
const types = [
  "signedIn",
  "tokenRefreshed",
  "tokenExpiring",
  "sessionUncertain",
  "sessionExpired",
  "signedOut",
];
/** `shown` is all that it shows of itself but the cause, which is somebody else's. */
const toError = (error) => ({
  error: error.code,
  name: error.name,
  message: error.message,
  shown: [String(error), error.stack, error.description, error.uri, JSON.stringify(error)].join("\n"),
});

/** An application's own store: asynchronous, one for all tabs. `page.broken` are its methods that fail. */
function database() {
  const result = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const opening = indexedDB.open("application", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("strings");
  const opened = result(opening);
  const method =
    (name, work) =>
    async (...given) => {
      const database = await opened;
      if (page.broken.includes(name)) throw new Error(`no ${name} of ${given}`);
      return result(work(database.transaction("strings", "readwrite").objectStore("strings"), ...given));
    };
  return {
    get: method("get", (strings, key) => strings.get(key)),
    set: method("set", (strings, key, value) => strings.put(value, key)),
    remove: method("remove", (strings, key) => strings.delete(key)),
    keys: method("keys", (strings) => strings.getAllKeys()),
  };
}

function make(options) {
  const storage = options.storage === "database" ? page.database : options.storage;
  const auth = page.sdk.createAuth({ redirectUri: `${location.origin}/`, ...options, storage });
  for (const type of types)
    auth.addEventListener(type, ({ detail }) => page.events.push([type, detail.code ?? ""]));
  return auth;
}

const page = { sdk, make, events: [], toError, outcome: undefined, broken: [] };
window.page = page;
page.database = database();
page.session = session;
page.auth = make(session);
page.others = more.map(make);
page.caught = (promise) => promise.then((value) => value ?? "done", toError);
document.querySelector("#go").addEventListener("click", () => page.auth.signIn());
document.querySelector("#popup").addEventListener("click", () => {
  page.popup = page.caught(page.auth.signInPopup({ appState: "kept", ...page.popupOptions }));
});
for (const auth of [page.auth, ...page.others]) {
  // Twice, as React's strict mode does.
  if (!auth.isRedirectCallback()) continue;
  const both = [auth.handleRedirectCallback(), auth.handleRedirectCallback()];
  page.isOnePromise = both[0] === both[1];
  page.outcome = await page.caught(both[0]);
}
// Back from the browser's page cache.
addEventListener("pageshow", () => {
  page.isDone = true;
});
if (!isLazy) page.isSignedIn = await page.caught(page.auth.isSignedIn());
page.isDone = true;
