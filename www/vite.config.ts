import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv, type Plugin } from "vite";
import { preloadWasm } from "./preload-wasm.ts";

const sandbox = "http://127.0.0.1:8700";

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, import.meta.dirname, "VITE_");
  const backends = [env.VITE_SIPBREAKOUT_ISSUER || sandbox, env.VITE_SIPBREAKOUT_BASE_URL || sandbox];
  return {
    root: import.meta.dirname,
    plugins: [react(), contentSecurityPolicy(backends), preloadWasm()],
    server: {
      host: "127.0.0.1",
      port: Number(process.env.PORT || 5173),
      strictPort: true,
      // The package is a link to the repository's root: its dist/ lies outside this folder.
      fs: { allow: [".."] },
    },
    preview: { host: "127.0.0.1", port: Number(process.env.PORT || 4173), strictPort: true },
    // Pre-bundling would move the package's JavaScript away from the .wasm that it finds beside itself.
    optimizeDeps: { exclude: ["sipbreakout-web"] },
  };
});

/**
 * What the built page may load and where it may send: a script that got in could read the session, so
 * nothing foreign gets in. Not in development, where Vite adds scripts of its own.
 */
function contentSecurityPolicy(backends: readonly string[]): Plugin {
  const origins = [...new Set(backends.map((address) => new URL(address).origin))].join(" ");
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${origins}`,
    // The log-out is a form sent to the provider, which redirects back here.
    `form-action 'self' ${origins}`,
    "base-uri 'none'",
  ].join("; ");
  return {
    name: "console-content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "content-security-policy", content: policy },
        injectTo: "head-prepend",
      },
    ],
  };
}
