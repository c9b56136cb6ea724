// What is measured beside each other. To add a variant, add its entry file in pages/ and a line here.

const callsWasm = {
  file: "dist/wasm/sipbreakout_bg.wasm",
  served: "wasm",
  named: "target/glue/sipbreakout/sipbreakout_bg.wasm",
};

/** What sessions and keepers need. No page here does. */
export const sessionWasm = {
  file: "dist/wasm/sipbreakout-session_bg.wasm",
  served: "wasm",
  named: "target/glue/sipbreakout-session/sipbreakout-session_bg.wasm",
};

/**
 * - `entry`: the file in pages/ that is bundled.
 * - `wasm`: for a page with WebAssembly: the `file` that is shipped (its name is what the JavaScript asks for), the folder
 *   beside the bundle where it is `served`, the same wasm with the names of its functions, before it is optimized (`named`), and
 *   the files that the page could load `later`, in the same form.
 * - `isOurs`: preflights are tested.
 * - `budget`: the key in budgets.json of what the page may weigh.
 * - `bytesOnly`: no page is opened; the entry shows what a part of another variant weighs.
 * - `parts`: the packages whose versions the report names.
 */
export const variants = [
  { name: "hand", title: "by hand", entry: "hand.mjs", parts: [] },
  {
    name: "protobuf-ts",
    title: "protobuf-ts + oidc-client-ts",
    entry: "protobuf-ts-oidc-client.mjs",
    parts: ["@protobuf-ts/grpcweb-transport", "oidc-client-ts"],
  },
  {
    name: "connect-oauth4webapi",
    title: "connect-web + oauth4webapi",
    entry: "connect-oauth4webapi.mjs",
    parts: ["@connectrpc/connect-web", "@bufbuild/protobuf", "oauth4webapi"],
  },
  {
    name: "connect-auth0",
    title: "connect-web + auth0-spa-js",
    entry: "connect-auth0.mjs",
    parts: ["@connectrpc/connect-web", "@bufbuild/protobuf", "@auth0/auth0-spa-js"],
  },
  {
    name: "connect",
    title: "connect-web, calls alone",
    entry: "connect.mjs",
    bytesOnly: true,
    parts: [],
  },
  {
    name: "ours",
    title: "ours",
    entry: "ours.mjs",
    isOurs: true,
    wasm: { ...callsWasm, later: [sessionWasm] },
    budget: "pageGzip",
    parts: [],
  },
  {
    name: "ours-client",
    title: "ours, client alone",
    entry: "ours-client.mjs",
    isOurs: true,
    wasm: callsWasm,
    budget: "clientAloneGzip",
    parts: [],
  },
];

/** All ratios are to this one. */
export const baseline = "hand";

/** Those whose pages are opened. */
export const running = variants.filter(({ bytesOnly }) => bytesOnly !== true);

export const titleOf = (name) => variants.find((variant) => variant.name === name).title;
