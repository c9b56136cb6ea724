// connect-web's driver as build.mjs bundled it.
export * from "../../../target/conformance/connect-web.mjs";
