// The tables of the report. Each function takes its part of results.json.

import { coldCases } from "../measure/cold.mjs";
import { baseline, running, titleOf, variants } from "../variants.mjs";
import { fixed, spread, table, whole } from "./table.mjs";

const ratio = fixed(2);
const kinds = ["raw", "gzip", "brotli"];
const sizeHeader = ["bytes", "raw", "gzip -9", "brotli 11"];
const sizeRow = (name, sizes) => [name, ...kinds.map((kind) => whole(sizes[kind]))];

/** Rows of `[title, values, more…]` for what was compared with the baseline. */
function compared(title, unit, cases, results, format) {
  const rows = cases.map(({ key, title: name }) => [
    name,
    spread(results[key], format),
    key === baseline ? "1" : spread(results[key].ratio, ratio),
  ]);
  return table([title, `${unit}, median (quartiles)`, `÷ ${titleOf(baseline)}`], rows);
}

const cases = running.map(({ name, title }) => ({ key: name, title }));

export function pagesTable(pages) {
  const rows = variants.flatMap(({ name, title }) => {
    const { javascript, wasm, sum } = pages[name];
    if (wasm === undefined) return [sizeRow(title, sum)];
    return [
      sizeRow(title, sum),
      sizeRow(`${title}: JavaScript`, javascript),
      sizeRow(`${title}: wasm`, wasm),
    ];
  });
  return table(["page, bytes", ...sizeHeader.slice(1)], rows);
}

export function featuresTable({ whole: { javascript, wasm, sum, later, all }, features }) {
  return table(
    ["our entry, bytes", ...sizeHeader.slice(1)],
    [
      sizeRow("up to the first call", sum),
      sizeRow("its wasm, of calls", wasm),
      sizeRow("its JavaScript", javascript),
      sizeRow("wasm of sessions and keepers, when used", later.wasm),
      sizeRow("JavaScript that is loaded when used", later.javascript),
      sizeRow("all of it", all),
      ...Object.entries(features).flatMap(([name, { price, alone }]) => [
        sizeRow(`JavaScript that ${name} adds to all the rest`, price),
        sizeRow(`JavaScript of ${name} alone`, alone),
      ]),
    ],
  );
}

export function roomsTable(title, { groups, codeBytes, dataBytes }, wasmGzip) {
  const all = codeBytes + dataBytes;
  const share = (bytes) => `${((bytes / all) * 100).toFixed(1)} %`;
  const small = 500;
  const rows = groups
    .filter(({ bytes }) => bytes >= small)
    .map(({ name, functions, bytes, gzipAlone }) => [
      ...[name, whole(functions), whole(bytes), share(bytes)],
      ...[whole((bytes / all) * wasmGzip), whole(gzipAlone)],
    ]);
  const rest = groups.filter(({ bytes }) => bytes < small);
  const sum = (key) => rest.reduce((total, group) => total + group[key], 0);
  const restBytes = sum("bytes");
  rows.push([
    ...["all smaller", whole(sum("functions")), whole(restBytes), share(restBytes)],
    ...[whole((restBytes / all) * wasmGzip), ""],
  ]);
  rows.push([
    ...["constants", "", whole(dataBytes), share(dataBytes)],
    ...[whole((dataBytes / all) * wasmGzip), ""],
  ]);
  return table([`wasm of ${title}`, "functions", "bytes", "share", "share of gzip", "gzip alone"], rows);
}

export function preflightsTable(preflights) {
  const rows = cases.map(({ key, title }) => [
    title,
    ...["UpsertRegistration", "DeleteRegistration"].map((method) =>
      whole(Object.entries(preflights[key]).find(([path]) => path.endsWith(method))?.[1] ?? 0),
    ),
  ]);
  return table(["CORS preflights", "100 upserts", "100 deletions"], rows);
}

export function coldTables({ loopback, slow, mainThread }) {
  const cpu = coldCases.map(({ key, title }) => [
    title,
    spread(mainThread[key], fixed(1)),
    key === baseline ? "0" : spread(mainThread[key].more, fixed(1)),
  ]);
  return [
    compared("first upsert, loopback", "ms", coldCases, loopback, fixed(0)),
    compared("first upsert, 150 ms, 1.6 Mbit/s, CPU ÷ 4", "ms", coldCases, slow, fixed(0)),
    table(["main thread until then, loopback", "ms of CPU, median (quartiles)", "− by hand"], cpu),
  ].join("\n\n");
}

export const serialTable = (serial) =>
  compared("one call after another", "ms a call", cases, serial, fixed(3));

export const bulkTables = (bulk) =>
  Object.entries(bulk)
    .map(([concurrency, results]) =>
      compared(`5,000 calls, ${concurrency} at a time`, "ms", cases, results, fixed(0)),
    )
    .join("\n\n");

export const cpuTable = (cpu) => compared("a call without network", "µs of CPU", cases, cpu, fixed(1));

export function memoryTable(memory) {
  const kib = (bytes) => whole(bytes / 1024);
  const rows = cases.map(({ key, title }) => {
    const { heap, wasm } = memory[key];
    return [title, spread(heap, kib), kib(wasm.median), kib(heap.median + wasm.median)];
  });
  return table(["KiB after 1,000 calls", "JavaScript, median (quartiles)", "wasm", "both"], rows);
}
