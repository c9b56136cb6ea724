// Circles in a graph of imports.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The texts of all files below a folder of the repository whose names end so, by their paths in it. */
export function textsIn(folder, ending) {
  const root = fileURLToPath(new URL(`../../${folder}/`, import.meta.url));
  const names = readdirSync(root, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
  const files = names.filter((name) => name.endsWith(ending)).sort();
  return new Map(files.map((name) => [name, readFileSync(root + name, "utf8")]));
}

/** A shortest way from each node that is on a circle back to it: `a → b → a`. Each circle is told once. */
export function circlesOf(graph) {
  const told = new Set();
  const circles = [];
  for (const start of graph.keys()) {
    const circle = told.has(start) ? undefined : wayBack(graph, start);
    for (const node of circle ?? []) told.add(node);
    if (circle) circles.push(circle.join(" → "));
  }
  return circles;
}

function wayBack(graph, start) {
  const ways = [[start]];
  const seen = new Set();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1)) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** The graph of what the nodes belong to: groups, without what is inside of one. */
export function grouped(graph, groupOf) {
  const groups = new Map([...graph.keys()].map((node) => [groupOf(node), new Set()]));
  for (const [node, others] of graph) {
    for (const other of others) {
      if (groupOf(other) !== groupOf(node)) groups.get(groupOf(node)).add(groupOf(other));
    }
  }
  return groups;
}
