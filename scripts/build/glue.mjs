// wasm-bindgen's module for `--target web` → a module whose `instantiate` gives each instance a scope of its own, so
// that nothing of one that has trapped can reach the next.

/** What follows the marker in the generated text is its own loading, which js/core/load.ts does instead. */
const loadingMarker = "let wasmModule, wasmInstance, wasm;\n";

/** In browsers, which compile while the wasm is coming. */
const head = `// Made by wasm-bindgen and scripts/build/glue.mjs.

/**
 * A fresh instance of the module that comes. What an instance needs is made while the module is under way. After a trap
 * nobody may call it any more; \`release()\` gives its memory back, whoever still holds its functions.
 */
export async function instantiate(coming) {
`;

/** In Node, whose programs may wait for a small file. */
const headAtOnce = `// Made by wasm-bindgen and scripts/build/glue.mjs.

/** A fresh instance of the module, at once. After a trap nobody may call it any more; \`release()\` gives its memory back. */
export function instantiate(module) {
`;

const tail = (instance, views, names) => `let wasm;
const imports = __wbg_get_imports();
wasm = (${instance}).exports;
wasm.__wbindgen_start();
const release = () => {
    ${["wasm", ...views].join(" = ")} = undefined;
};
return { ${names.join(", ")}, release };
}
`;

/** Where it keeps views of the memory. */
const view = /^let (cached\w+Memory0) = null;$/gm;

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

/** The module's text. `isAtOnce`: it is instantiated without a promise. */
export function wrapGlue(text, isAtOnce = false) {
  const generated = only(text, loadingMarker).replace(/^\/\* @ts-self-types=.*\n/, "");
  const body = forOldBrowsers.reduce(without, generated);
  const views = [...body.matchAll(view)].map(([, name]) => name);
  if (
    /^import /m.test(body) ||
    !body.includes("function __wbg_get_imports()") ||
    !views.includes("cachedUint8ArrayMemory0")
  ) {
    throw new Error("wasm-bindgen's module is not of the form that scripts/build/glue.mjs knows.");
  }
  const [opening, instance] = isAtOnce
    ? [headAtOnce, "new WebAssembly.Instance(module, imports)"]
    : [head, "await WebAssembly.instantiate(await coming, imports)"];
  return opening + body.replace(exported, "$1 $2") + tail(instance, views, exportedNames(body));
}

/** Its declarations. */
export function wrapDeclarations(text, isAtOnce = false) {
  const body = only(text, "export type InitInput");
  const names = exportedNames(body);
  return `${body.replace(exported, "declare $1 $2").trimEnd()}

/** What one instance has. */
export interface Exports {
${names.map((name) => `    ${name}: typeof ${name};\n`).join("")}    release: () => void;
}

/** A fresh instance of the module. \`release()\` gives its memory back: nobody may call it any more. */
export declare function instantiate(${isAtOnce ? "module: WebAssembly.Module): Exports" : "coming: Promise<WebAssembly.Module>): Promise<Exports>"};
`;
}
