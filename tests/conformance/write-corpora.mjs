// Seeds for fuzzing out of the hostile cases: `npm run fuzz:seeds`. File names say which case a seed is from.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { cases } from "./cases/index.mjs";

/** Larger ones only slow the fuzzer down. */
const MOST_BYTES = 20_000;

const corpus = join(root, "fuzz", "corpus");
const known = new Set();
let written = 0;

function write(target, name, content) {
  const key = `${target} ${Buffer.from(content).toString("base64")}`;
  if (content.length > MOST_BYTES || known.has(key)) return;
  known.add(key);
  mkdirSync(join(corpus, target), { recursive: true });
  writeFileSync(join(corpus, target, name), content);
  written += 1;
}

/** A script's bytes as one reply: head and body, chunks put together. */
function parse(script) {
  const all = Buffer.concat(
    script.flatMap((step) => step.forever ?? (step instanceof Uint8Array ? [step] : [])),
  );
  const split = all.indexOf("\r\n\r\n");
  if (split < 0) return undefined;
  const [first, ...headers] = all.subarray(0, split).toString("latin1").split("\r\n");
  const isChunked = headers.includes("transfer-encoding: chunked");
  const body = all.subarray(split + 4);
  return { status: first.split(" ")[1], headers, body: isChunked ? joinChunks(body) : body };
}

function joinChunks(body) {
  const parts = [];
  let rest = body;
  for (;;) {
    const end = rest.indexOf("\r\n");
    if (end < 0) return Buffer.concat(parts);
    const length = Number.parseInt(rest.subarray(0, end).toString("latin1"), 16);
    parts.push(rest.subarray(end + 2, end + 2 + length));
    rest = rest.subarray(end + 4 + length);
  }
}

/** The payload of the trailers' frame, in a body of frames. */
function trailersOf(body) {
  let at = 0;
  while (at + 5 <= body.length) {
    const length = body.readUInt32BE(at + 1);
    if (body[at] === 0x80) return body.subarray(at + 5, at + 5 + length);
    at += 5 + length;
  }
  return undefined;
}

for (const { group, name, replies = [] } of cases) {
  replies.forEach((script, index) => {
    const reply = parse(script);
    if (reply === undefined) return;
    const file = `${group} ${name} ${index}`.replace(/[^a-zA-Z0-9.+-]+/g, "-").slice(0, 120);
    const head = `${reply.status}\n${reply.headers.map((line) => `${line}\n`).join("")}\n`;
    write("reply", file, Buffer.concat([Buffer.from(head, "latin1"), reply.body]));
    const type = reply.headers
      .find((line) => line.startsWith("content-type: "))
      ?.slice("content-type: ".length);
    if (type !== undefined) write("content_type", file, Buffer.from(type));
    const other = reply.headers.find((line) => !/^(content-type|grpc-)/i.test(line));
    if (other !== undefined) write("header_values", file, Buffer.from(other));
    if (type?.toLowerCase().includes("-text")) {
      write("base64_text", file, reply.body);
      return;
    }
    write("frame", file, reply.body);
    const trailers = trailersOf(reply.body);
    const inHeader = reply.headers.filter((line) => line.startsWith("grpc-")).join("\r\n");
    if (trailers !== undefined) write("trailers", file, trailers);
    if (trailers !== undefined || inHeader !== "")
      write("status", file, trailers ?? Buffer.from(inHeader, "latin1"));
  });
}
console.log(`${written} seeds in fuzz/corpus/.`);
