// An empty Vite application, outside the repository, that installed the tarball and runs the README's code.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { output } from "./tarball.mjs";

const page = (body) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <link rel="icon" href="data:," />
    <title>First five minutes</title>
  </head>
  <body>
${body}
    <script type="module" src="/src/main.ts"></script>
  </body>
</html>
`;

const versionIn = (manifest, name) =>
  JSON.parse(readFileSync(join(root, manifest), "utf8")).devDependencies[name];

/** Writes the application and installs its packages: the tarball, and Vite and TypeScript as this repository has. */
export async function createViteApp(directory, { tarball, body, main }) {
  const manifest = {
    name: "first-five-minutes",
    private: true,
    type: "module",
    dependencies: { "sipbreakout-web": `file:${tarball}` },
    devDependencies: {
      typescript: versionIn("package.json", "typescript"),
      vite: versionIn("www/package.json", "vite"),
    },
  };
  mkdirSync(join(directory, "src"), { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(directory, "index.html"), page(body));
  writeFileSync(join(directory, "src", "main.ts"), main);
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await output("npm", args, { cwd: directory });
}

/** As `npm create vite` sets up its TypeScript projects, but with the package's own declarations checked, too. */
export function typeCheck(directory) {
  const language = ["--target", "ES2022", "--lib", "ES2022,DOM,DOM.Iterable"];
  const modules = ["--module", "ESNext", "--moduleResolution", "bundler", "--types", ""];
  const tsc = join(directory, "node_modules", ".bin", "tsc");
  return output(tsc, ["--noEmit", "--strict", ...language, ...modules, "src/main.ts"], { cwd: directory });
}
