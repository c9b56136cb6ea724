// Run by import.test.mjs in a process of its own: imports the module named in argv under watch and prints, as JSON,
// which globals changed and which watched functions were called.

const watched = [
  ...["fetch", "setTimeout", "setInterval", "queueMicrotask", "addEventListener"].map((name) => [
    globalThis,
    name,
  ]),
  ...["compile", "compileStreaming", "instantiate", "instantiateStreaming", "Module", "Instance"].map(
    (name) => [WebAssembly, name],
  ),
];

const calls = [];
for (const [owner, name] of watched) {
  const value = function noted() {
    calls.push(name);
    throw new Error(`${name} was called`);
  };
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

/** All descriptors of the global object, without running its getters. */
function globals() {
  return new Map(
    Reflect.ownKeys(globalThis).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]),
  );
}

function differences(before, after) {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    return !["value", "get", "set"].every((part) => Object.is(old?.[part], now?.[part]));
  });
}

// Reading some descriptors for the first time makes Node define further globals: the second reading is the baseline.
globals();
const before = globals();
const module = await import(process.argv[2]);
if (process.argv[3] === "construct") {
  const auth = module.createAuth({
    issuer: "https://id.example.com",
    clientId: "console",
    redirectUri: "https://console.example.com/",
  });
  if (!(auth instanceof EventTarget)) throw new Error("an Auth is no EventTarget");
  if (auth.isRedirectCallback()) throw new Error("there is no address here to be a callback");
  module.createClient({ baseUrl: "https://api.example.com", auth }).close();
}
const changed = differences(before, globals()).map(String);
process.stdout.write(JSON.stringify({ calls, changed }));
