// Code from the README and the other documents, so that what they show is what is tested.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";

/** A block of docs/loading.md that begins with the name of its file. */
export function loadingBlock(file) {
  const document = readFileSync(join(root, "docs", "loading.md"), "utf8");
  const start = document.indexOf(`\`\`\`ts\n// ${file}\n`);
  if (start === -1) throw new Error(`docs/loading.md has no ${file}.`);
  return document.slice(start + "```ts\n".length + `// ${file}\n`.length).split("```")[0];
}

/** The first block of a language (`ts`, `html`) below a heading of the README. */
export function readmeBlock(heading, language) {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const start = readme.indexOf(`\n## ${heading}\n`);
  if (start === -1) throw new Error(`README.md has no heading "## ${heading}".`);
  const section = readme.slice(start + 1).split(/\n## /)[0];
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section);
  if (block === null) throw new Error(`README.md has no \`${language}\` block under "## ${heading}".`);
  return block[1];
}

/** Replaces each placeholder, which must be there. */
export function substitute(code, replacements) {
  let result = code;
  for (const [placeholder, value] of Object.entries(replacements)) {
    if (!result.includes(placeholder)) throw new Error(`The README's code does not contain ${placeholder}.`);
    result = result.replaceAll(placeholder, value);
  }
  return result;
}
