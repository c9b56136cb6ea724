// wasm-bindgen's module for `--target web` → a module whose `instantiate` gives each instance a scope of its own. After a
// trap an instance is dead; what clears up behind a call must never reach its memory again.

/** What follows the marker in the generated text is its own loading, which js/core/load.ts does instead. */
const loadingMarker = "let wasmModule, wasmInstance, wasm;\n";

const head = `// Made by wasm-bindgen and scripts/build/glue.mjs.

/** Gives exports that do nothing once one of them has trapped: code must not run on in memory that is only half written. */
function guard(onTrap, forgetViews) {
    let exports;
    let isDead = false;
    const guarded = {};
    const die = (thrown) => {
        if (isDead) return;
        isDead = true;
        // Until it is read, a stack keeps what it is made of, the instance among it.
        void thrown?.stack;
        onTrap(thrown);
        // The page may hold its functions for long, but not its memory, which may be a gigabyte. Later, because frames of it
        // may be on the stack.
        queueMicrotask(() => {
            exports = undefined;
            for (const [name, value] of Object.entries(guarded)) {
                if (typeof value !== "function") delete guarded[name];
            }
            guarded.memory = new WebAssembly.Memory({ initial: 0 });
            guarded.__wbindgen_externrefs = { length: 0, get() {}, set() {}, grow: () => 0 };
            forgetViews();
        });
    };
    const trapped = (thrown) => {
        die(thrown);
        throw thrown;
    };
    const dead = [];
    // An array of arguments for each call would cost more than the guard itself.
    const guards = [
        (name) => () => {
            try { return isDead ? dead : exports[name](); } catch (thrown) { return trapped(thrown); }
        },
        (name) => (a) => {
            try { return isDead ? dead : exports[name](a); } catch (thrown) { return trapped(thrown); }
        },
        (name) => (a, b) => {
            try { return isDead ? dead : exports[name](a, b); } catch (thrown) { return trapped(thrown); }
        },
        (name) => (a, b, c) => {
            try { return isDead ? dead : exports[name](a, b, c); } catch (thrown) { return trapped(thrown); }
        },
        (name) => (...args) => {
            try { return isDead ? dead : exports[name](...args); } catch (thrown) { return trapped(thrown); }
        },
    ];
    return (unguarded) => {
        exports = unguarded;
        for (const [name, value] of Object.entries(exports)) {
            guarded[name] = typeof value === "function" ? guards[Math.min(value.length, 4)](name) : value;
        }
        return guarded;
    };
}

/**
 * A fresh instance of the module that comes, with classes of its own. What an instance needs is made while the module is
 * under way. \`onTrap\` is told once, by whatever entry the wasm stopped in.
 */
export async function instantiate(coming, onTrap) {
`;

const tail = (names) => `let wasm;
const imports = __wbg_get_imports();
const guarded = guard(onTrap, () => {
    cachedUint8ArrayMemory0 = cachedDataViewMemory0 = null;
});
wasm = guarded((await WebAssembly.instantiate(await coming, imports)).exports);
wasm.__wbindgen_start();
return { ${names.join(", ")} };
}
`;

/** Where it keeps views of the memory. */
const views = ["let cachedUint8ArrayMemory0 = null;", "let cachedDataViewMemory0 = null;"];

const exported = /^export (class|function) (\w+)/gm;

function only(text, marker) {
  const parts = text.split(marker);
  if (parts.length === 2) return parts[0];
  throw new Error(
    `wasm-bindgen's module has "${marker.trim()}" ${parts.length - 1} times, not once: see scripts/build/glue.mjs.`,
  );
}

function exportedNames(text) {
  const names = [...text.matchAll(exported)].map(([, , name]) => name);
  if (names.length === 0)
    throw new Error("wasm-bindgen's module exports nothing: see scripts/build/glue.mjs.");
  return names;
}

/** What is for browsers that can't run this wasm at all. */
const forOldBrowsers = [
  /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n.*?^\}\n/ms,
  /^ {4}if \(realloc === undefined\) \{\n.*?^ {4}\}\n/ms,
];

function without(text, part) {
  if (!part.test(text)) throw new Error(`wasm-bindgen's module lacks ${part}: see scripts/build/glue.mjs.`);
  return text.replace(part, "");
}

/** The module's text. */
export function wrapGlue(text) {
  const generated = only(text, loadingMarker).replace(/^\/\* @ts-self-types=.*\n/, "");
  const body = forOldBrowsers.reduce(without, generated);
  if (
    /^import /m.test(body) ||
    !["wasm.__wbindgen_externrefs", "function __wbg_get_imports()", ...views].every((part) =>
      body.includes(part),
    )
  ) {
    throw new Error("wasm-bindgen's module is not of the form that scripts/build/glue.mjs knows.");
  }
  return head + body.replace(exported, "$1 $2") + tail(exportedNames(body));
}

/** Its declarations. */
export function wrapDeclarations(text) {
  const body = only(text, "export type InitInput");
  const names = exportedNames(body);
  return `${body.replace(exported, "declare $1 $2").trimEnd()}

/** What one instance has. */
export interface Exports {
${names.map((name) => `    ${name}: typeof ${name};\n`).join("")}}

/**
 * A fresh instance of the module that comes, with classes of its own. \`onTrap\` is told once, by whatever entry the wasm
 * stopped in.
 */
export declare function instantiate(coming: Promise<WebAssembly.Module>, onTrap: (thrown: unknown) => void): Promise<Exports>;
`;
}
