// What a LoadError says of a wasm that did not come: from its address, from the reply, and from what the page is told. In real
// browsers: tests/conformance/loading.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, inProcess } from "./in-process.mjs";

/** The errors of these replies of a server, each with the address that it came from. */
const errorsOf = (replies) =>
  inProcess(`
    const errors = [];
    for (const reply of ${JSON.stringify(replies)}) {
      const { html, ...rest } = reply;
      const arrayBuffer = async () => new TextEncoder().encode(html).buffer;
      errors.push(await caught(sdk.preload({ ok: rest.status === 200, ...rest, arrayBuffer })));
    }
    return errors;`);

const hashed = [
  "https://a.example/assets/sipbreakout_bg-DnAaHiMk.wasm",
  "https://a.example/assets/sipbreakout_bg-_z-Kq3fA.wasm?x=1",
  "https://a.example/3f2a9c1b0d4e5f60.wasm",
  "https://a.example/_next/static/media/sipbreakout_bg.0a1b2c3d.wasm",
  "http://localhost:4173/assets/sipbreakout_bg-DnAaHiMk.wasm",
];
const plain = [
  "https://a.example/assets/sipbreakout_bg.wasm",
  "https://a.example/sipbreakout-web/dist/wasm/sipbreakout_bg.wasm?v=3f2a9c1b",
  "https://a.example/sipbreakout-1.2.3.wasm",
  "http://localhost.evil.example:5173/sipbreakout_bg.wasm",
  "",
];
const vite = [
  "http://localhost:5173/node_modules/.vite/deps/wasm/sipbreakout_bg.wasm",
  "http://192.168.1.5:8080/node_modules/.vite/deps/wasm/sipbreakout_bg.wasm?v=0a1b2c3d",
  "http://127.0.0.1:3000/@fs/home/me/sipbreakout_bg-DnAaHiMk.wasm",
  "http://[::1]:5173/sipbreakout_bg.wasm",
];

test("a file that is gone, or a page in its place: the address tells a deploy from Vite's development server", async () => {
  for (const reply of [
    { status: 404 },
    { status: 410 },
    { status: 403 },
    { status: 200, html: "\n<!doctype html>" },
  ]) {
    for (const error of await errorsOf(hashed.map((url) => ({ url, ...reply })))) {
      assert.match(error.hint, /A newer version of the page may have been deployed.*reload it/);
      assert.doesNotMatch(error.hint, /Vite|dist\/wasm/);
      assert.equal(error.reloadMayHelp, true);
    }
    for (const error of await errorsOf(plain.map((url) => ({ url, ...reply })))) {
      assert.match(error.hint, /dist\/wasm.*newer version.*reload it/);
      assert.equal(/Vite/.test(error.hint), "html" in reply);
      assert.equal(error.reloadMayHelp, true);
    }
    for (const error of await errorsOf(vite.map((url) => ({ url, ...reply })))) {
      assert.match(error.hint, /Vite's development server.*optimizeDeps\.exclude/);
      assert.doesNotMatch(error.hint, /newer version/);
      assert.equal(error.reloadMayHelp, false);
    }
  }
});

test("a page is known by what is in it: behind a byte order mark and blank lines, too", async () => {
  const pages = ["<!doctype html>", "\ufeff<html>", "\r\n \t<!-- x -->", "<?xml version='1.0'?>"];
  for (const error of await errorsOf(pages.map((html) => ({ status: 200, html })))) {
    assert.match(error.hint, /^An HTML page came instead/);
  }
  const others = ["{}", "version https://git-lfs.github.com/spec/v1", "a < b", ""];
  for (const error of await errorsOf(others.map((html) => ({ status: 200, html })))) {
    assert.doesNotMatch(error.hint, /HTML/);
  }
});

test("what can't be fetched at all is no matter of the network", async () => {
  const errors = await inProcess(`
    const errors = [];
    for (const source of ["sipbreakout.wasm", "//", "http://", "https://somebody@127.0.0.1:1/x.wasm", 7, 1e12, "blob:null/none"]) {
      errors.push(await caught(sdk.preload(source)));
    }
    return errors;`);
  for (const { code, retryable, hint } of errors) {
    assert.ok(["not_found", "not_wasm"].includes(code), code);
    assert.equal(retryable, false);
    assert.ok(hint.length > 5);
  }
});

test("a data: address is decoded without fetch, in each of its forms", async () => {
  const script = (make) => `
    const { readFileSync } = await import("node:fs");
    const bytes = readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)}));
    let fetched = 0;
    globalThis.fetch = () => { fetched += 1; return Promise.reject(new TypeError("CSP")); };
    const base64 = bytes.toString("base64");
    const percent = [...bytes].map((byte) => "%" + byte.toString(16).padStart(2, "0")).join("");
    await sdk.preload(${make});
    return [fetched, await sdk.validateRegistration({ sipUri: "sips:a.example", routeType: "LOOP" })];`;
  for (const make of [
    '"data:application/wasm;base64," + base64',
    'new URL("data:application/wasm;charset=x;BASE64 ," + base64 + "#fragment")',
    '"data:;base64," + base64.replace(/=+$/, "").replaceAll("+", "%2B").replace(/(.{76})/g, "$1\\n")',
    '"data:application/wasm," + percent',
    '"data:," + percent.toUpperCase()',
  ]) {
    assert.deepEqual(await inProcess(script(make)), [0, []], make);
  }
  const errors = await inProcess(`
    const errors = [];
    for (const source of ["data:application/wasm;base64", "data:;base64,%%%", "data:,<!doctype html>", "data:;base64,AGFz"]) {
      errors.push(await caught(sdk.preload(source)));
    }
    return errors;`);
  for (const { code, retryable } of errors) assert.deepEqual([code, retryable], ["not_wasm", false]);
});

test("a Response of another kind is read as before, whatever type it names", async () => {
  const found = await inProcess(`
    const { readFileSync } = await import("node:fs");
    const bytes = readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)}));
    const headers = { get: (name) => (name === "content-type" ? "application/wasm" : null) };
    let reads = 0;
    await sdk.preload({ ok: true, status: 200, headers, arrayBuffer: async () => { reads += 1; return bytes; } });
    return [reads, await sdk.validateRegistration({ sipUri: "sips:a.example", routeType: "LOOP" })];`);
  assert.deepEqual(found, [1, []]);
});
