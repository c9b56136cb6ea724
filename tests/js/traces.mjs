// What a build leaves in a browser, and says to its other tabs. Tabs of two builds meet at every deploy, side by side: what
// this writes down of one of them the other must understand.
//
//   node tests/js/traces.mjs <dist/index.js of a build>     prints it as JSON

import { pathToFileURL } from "node:url";
import { openDatabase } from "./database.mjs";
import { openPage } from "./page.mjs";
import { createPeople } from "./people.mjs";
import { clock } from "./session.mjs";

export const CLIENT = "console";
export const HOME = "https://console.example/back";

/** Entries are properties, as in browsers. */
export class Strings {
  constructor(note = () => {}) {
    Object.defineProperty(this, "note", { value: note });
  }
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    this[key] = String(value);
    this.note(key, this[key]);
  }
  removeItem(key) {
    delete this[key];
  }
}

/** A build keeps its connection, so all have one database. */
let records;

/** A page of a new browser, whose tabs share `localStorage` and the database. */
export function openBrowser(note) {
  openPage(HOME);
  records ??= openDatabase().records;
  records.clear();
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(globalThis, name, { value: new Strings(note), configurable: true });
  }
}

/** Names of entries, with all texts that they had, in their order; names of locks; and messages by the names of their channels. */
export async function tracesOf(sdk) {
  const traces = { entries: {}, locks: [], messages: {}, database: [] };
  const add = (to, name, text) => {
    to[name] ??= [];
    to[name].push(text);
  };
  openBrowser((key, text) => add(traces.entries, key, text));
  const { request } = navigator.locks;
  navigator.locks.request = (name, ...more) => {
    traces.locks.push(name);
    return request.call(navigator.locks, name, ...more);
  };
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = function post(data) {
    if (typeof data === "string") add(traces.messages, this.name, data);
    return postMessage.call(this, data);
  };
  const time = clock();
  try {
    const people = createPeople(CLIENT);
    const auth = sdk.createAuth(people.options({ storage: "local", autoRefresh: false }));
    await auth.handleRedirectCallback(await people.answer(auth, "+4799900001", { appState: "there" }));
    time.pass(400_000);
    await auth.getAccessToken();
    await auth.signOut({ localOnly: true });
    const lost = sdk.createAuth(people.options({ storage: "local", autoRefresh: false }));
    await people.signIn(lost, "+4799900001");
    time.pass(400_000);
    // The provider ends it.
    const [, text] = Object.entries(localStorage).find(([key]) => key.startsWith("sipbreakout/session/"));
    people.replay(JSON.parse(text).refresh_token);
    await lost.getAccessToken().catch(() => {});
    traces.database = [...records.keys()];
    return traces;
  } finally {
    time.back();
    delete navigator.locks.request;
    BroadcastChannel.prototype.postMessage = postMessage;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const sdk = await import(pathToFileURL(process.argv[2]).href);
  console.log(JSON.stringify(await tracesOf(sdk), null, 2));
}
