// What a console does with a session: makes it, handles the answer if there is one, and notes what it is told.
import * as sdk from "/dist/index.js";

const { session, more = [] } = await (await fetch("/options")).json();
const types = ["signedIn", "tokenRefreshed", "tokenExpiring", "sessionExpired", "signedOut"];
const toError = (error) => ({ error: error.code, name: error.name, message: error.message });

function make(options) {
  const auth = sdk.createAuth({ redirectUri: `${location.origin}/`, ...options });
  for (const type of types)
    auth.addEventListener(type, ({ detail }) => page.events.push([type, detail.code ?? ""]));
  return auth;
}

const page = { sdk, make, events: [], toError, outcome: undefined };
window.page = page;
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
page.isSignedIn = await page.caught(page.auth.isSignedIn());
page.isDone = true;
