// Reads a wasm file: its functions with their names, and how large its sections are.

const exportSection = 7;
const codeSection = 10;
const dataSection = 11;

class Reader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  get isAtEnd() {
    return this.at >= this.bytes.length;
  }

  byte() {
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  slice(size) {
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  text() {
    return Buffer.from(this.slice(this.number())).toString("utf8");
  }
}

function sectionsOf(bytes) {
  const reader = new Reader(bytes);
  // The magic number and the version.
  reader.slice(8);
  const sections = new Map();
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const content = reader.slice(reader.number());
    // Custom sections all have the id 0.
    if (id !== 0) sections.set(id, content);
  }
  return sections;
}

function functionNames(module) {
  const names = new Map();
  for (const section of WebAssembly.Module.customSections(module, "name")) {
    const reader = new Reader(new Uint8Array(section));
    while (!reader.isAtEnd) {
      const kind = reader.byte();
      const part = new Reader(reader.slice(reader.number()));
      if (kind !== 1) continue;
      for (let left = part.number(); left > 0; left -= 1) {
        const index = part.number();
        names.set(index, part.text());
      }
    }
  }
  return names;
}

/** The numbers of the functions that are exported. */
function exportedFunctions(section) {
  const reader = new Reader(section);
  const numbers = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.text();
    const kind = reader.byte();
    const number = reader.number();
    if (kind === 0) numbers.push(number);
  }
  return numbers;
}

/**
 * `functions`: `{ name, body }` of each one; `exports`: names of those that are exported, which are exported under shorter
 * ones; `dataBytes`: constants.
 */
export function readWasm(bytes) {
  const module = new WebAssembly.Module(bytes);
  const isFunction = ({ kind }) => kind === "function";
  const imported = WebAssembly.Module.imports(module).filter(isFunction).length;
  const names = functionNames(module);
  const sections = sectionsOf(bytes);
  const reader = new Reader(sections.get(codeSection));
  const functions = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    const body = reader.slice(reader.number());
    functions.push({ name: names.get(imported + functions.length) ?? "", body });
  }
  return {
    functions,
    code: sections.get(codeSection),
    exports: exportedFunctions(sections.get(exportSection)).map((number) => names.get(number) ?? ""),
    dataBytes: sections.get(dataSection)?.length ?? 0,
  };
}
