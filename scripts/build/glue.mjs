// wasm-bindgen's module for `--target web` → a module whose `instantiate` gives each instance a scope of its own, so
// that nothing of one that has trapped can reach the next.

/** What follows the marker in the generated text is its own loading, which js/core/load.ts does instead. */
const loadingMarker = "let wasmModule, wasmInstance, wasm;\n";

const head = `// Made by wasm-bindgen and scripts/build/glue.mjs.

/**
 * A fresh instance of the module that comes. What an instance needs is made while the module is under way. After a trap
 * nobody may call it any more; \`release()\` gives its memory back, whoever still holds its functions.
 */
export async function instantiate(coming) {
`;

const tail = (names) => `let wasm;
const imports = __wbg_get_imports();
wasm = (await WebAssembly.instantiate(await coming, imports)).exports;
wasm.__wbindgen_start();
const release = () => {
    wasm = cachedUint8ArrayMemory0 = cachedDataViewMemory0 = undefined;
};
return { ${names.join(", ")}, release };
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
    !["function __wbg_get_imports()", ...views].every((part) => body.includes(part))
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
${names.map((name) => `    ${name}: typeof ${name};\n`).join("")}    release: () => void;
}

/** A fresh instance of the module that comes. \`release()\` gives its memory back: nobody may call it any more. */
export declare function instantiate(coming: Promise<WebAssembly.Module>): Promise<Exports>;
`;
}
