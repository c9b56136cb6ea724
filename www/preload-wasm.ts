import type { Plugin } from "vite";

/** Names the SDK's wasm in index.html, so that its request begins with the page's own. */
export function preloadWasm(): Plugin {
  let base = "/";
  return {
    name: "preload-sipbreakout-wasm",
    apply: "build",
    configResolved(config) {
      base = config.base;
    },
    transformIndexHtml: {
      // Only at the end are there file names with their hashes.
      order: "post",
      handler: (_html, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => /sipbreakout(-session)?_bg[^/]*\.wasm$/.test(file))
          .map((file) => ({
            tag: "link",
            attrs: {
              rel: "preload",
              as: "fetch",
              type: "application/wasm",
              crossorigin: "",
              href: base + file,
            },
            injectTo: "head",
          })),
    },
  };
}
