// What a wasm is stopped in: signed-in sessions and clients with calls under way, in a process of its own, and doors that only the
// tests' build has.

import { inProcess } from "./in-process.mjs";

const from = new URL("../../target/doors/dist/index.js", import.meta.url).href;
const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

/**
 * Two signed-in sessions, one in memory and one in sessionStorage, a client of the first, and one with a token of the page's.
 * While `hold` is set, the provider hangs until `goOn()`, and the core until `answerAll()`. `door(kind)` is a call that stops
 * the wasm of calls, `sessionDoor(kind)` a question that stops the other one.
 */
const scene = `
  const { openPage } = await import(${asUrl("./page.mjs")});
  const { createProvider } = await import(${asUrl("./provider.mjs")});
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const home = "https://console.example/back";
  openPage(home);
  const provider = createProvider();
  let hold = false;
  let hung = [];
  const hanging = (url, init) => new Promise((yes, no) => {
    hung.push(() => yes(provider.fetch(url, init)));
    init.signal.addEventListener("abort", no);
  });
  const goOn = () => { hold = false; for (const answer of hung.splice(0)) answer(); };
  const fetch = (url, init) => hold ? hanging(url, init) : provider.fetch(url, init);
  const sessionOf = async (storage) => {
    const auth = sdk.createAuth({ clientId: "c", redirectUri: home, issuer: provider.issuer, fetch, storage, name: storage });
    await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
    return auth;
  };
  const [inMemory, inStorage] = [await sessionOf("memory"), await sessionOf("session")];
  const frame = (flags, bytes) => [flags, 0, 0, 0, bytes.length, ...bytes];
  const body = Uint8Array.of(...frame(0, [8, 1]), ...frame(0x80, new TextEncoder().encode("grpc-status: 0\\r\\n")));
  const type = { "content-type": "application/grpc-web" };
  let sent = 0;
  let answers = [];
  const answerAll = () => { for (const answer of answers.splice(0)) answer(new Response(body, { headers: type })); };
  const core = (_, init) => {
    sent += 1;
    if (!hold) return Promise.resolve(new Response(body, { headers: type }));
    return new Promise((yes, no) => {
      answers.push(yes);
      init.signal.addEventListener("abort", () => no(init.signal.reason));
    });
  };
  const options = { baseUrl: "https://api.example.com", fetch: core };
  const client = sdk.createClient({ ...options, auth: inMemory });
  const supplied = sdk.createClient({ ...options, accessToken: () => "a-token" });
  const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" };
  const numbered = (number) => ({ ...request, phoneNumber: "+479990000" + number });
  const other = numbered(2);
  const door = (kind, by = client) => by.upsertRegistration({ ...numbered(3), sipUri: "sips:" + kind + ".door.example" });
  const sessionDoor = (kind) => sdk.describeCallFlow({
    caller: { phoneNumber: "+4799900003", registration: { ...request, sipUri: "sips:" + kind + ".door.example" } },
    callee: { phoneNumber: "+4799900004" },
  });
  const works = async () => [
    (await client.upsertRegistration(request)).status,
    (await client.deleteRegistration(other)).status,
    (await supplied.upsertRegistration(request)).status,
    await inMemory.isSignedIn(),
    await inStorage.isSignedIn(),
    typeof await inMemory.getAccessToken({ forceRefresh: true }),
    (await inStorage.getUser()).sub,
  ];
  const settled = (promise) => {
    const started = performance.now();
    return promise.then((result) => result?.status ?? "done", (error) =>
      [error.name, error.code, error.kind, performance.now() - started < 1500].join());
  };
  const unhandled = [];
  for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, (error) => unhandled.push(String(error)));
`;
/** What `works()` returns when all is well. */
export const working = ["OK", "OK", "OK", true, true, "string", "somebody"];
export const crashed = "LoadError,crashed,crashed,true";
export const kinds = ["panic", "overflow", "exhaust"];

/** Runs `script` in the scene, with what `inProcess` takes. `buildDoors` must have been called before. */
export const inScene = (script, how) => inProcess(`${scene}\n${script}`, { from, ...how });
