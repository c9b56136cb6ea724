// To which room of src/, or to which crate, a function of the wasm belongs. Names are Rust paths, as wasm-bindgen writes them.

const own = "sipbreakout_web";
const standard = ["std", "alloc", "core"];
/** Methods of numbers, text and slices are named without a crate: `<u64>::_fmt`. */
const primitive = /^<(?:[[&]*)(?:char|bool|str|[uif]\d+|[ui]size)\b/;
const runtime = /^(?:mem(?:cpy|cmp|set|move)|f(?:max|min)\w?|__\w+[dst]i[234]|__powi\w+)$/;

/** `alloc[3ca501edff3f0c7c]::fmt::format` → `alloc::fmt::format`, without the hash at the end. */
const plain = (name) => name.replace(/\[[0-9a-f]+\]/g, "").replace(/::h[0-9a-f]{16}$/, "");

const withoutShims = (name) => name.replace(/(?: (?:externref|multivalue) shim)+$/, "");

/** The crates that a text names, in order: identifiers before `::` that are not within a path themselves. */
function cratesIn(text) {
  return [...text.matchAll(/(?<![\w:>}])([a-z_]\w*)(?=::)/g)].map(([, crate]) => crate);
}

/**
 * `own` is the room of src/ when ours is named anywhere, also as a type parameter: the glue that drops our values is ours.
 * Else the crate where the code must stand: an implementation is in the crate of its type or of its trait, whichever is not
 * the standard library's.
 */
export function placeOf(name, exports = []) {
  const path = plain(name);
  const room = new RegExp(`\\b${own}::(\\w+)`).exec(path)?.[1];
  if (room !== undefined) return { own: /^[a-z]/.test(room) ? room : "lib" };
  const unshimmed = withoutShims(path);
  const isGlue = /^(?:__wbindgen|__externref|__wbg)|->/.test(unshimmed);
  if (!isGlue && exports.some((name) => withoutShims(name) === unshimmed)) return { own: "bindings" };
  if (/^__wbg_\w+_free$/.test(unshimmed)) return { own: "bindings" };
  if (isGlue) return { crate: "wasm_bindgen" };
  if (runtime.test(path)) return { crate: "compiler_builtins" };
  if (path.startsWith("__rustc::")) return { crate: "std" };
  const crates = cratesIn(path);
  const [foreign] = crates.filter((crate) => !standard.includes(crate));
  const crate = path.startsWith("<") ? foreign : crates[0];
  const fallback = primitive.test(path) ? "core" : "without a name";
  return { crate: crate ?? standard.find((one) => crates.includes(one)) ?? fallback };
}
