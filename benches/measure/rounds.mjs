// Rounds in which the variants take turns.

import { compare, rotated } from "../report/statistics.mjs";
import { baseline, running } from "../variants.mjs";

/**
 * Compares what `runSlice(name, slice)` resolves to, added up over the slices of a round. The variants take turns slice by
 * slice, so that a bad second of the machine hits all of them and not one.
 */
export async function compareInTurns({ rounds, slices, runSlice, say }) {
  const samples = Object.fromEntries(running.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    const totals = Object.fromEntries(running.map(({ name }) => [name, 0]));
    for (let slice = 0; slice < slices; slice += 1) {
      for (const { name } of rotated(running, round + slice)) totals[name] += await runSlice(name, slice);
    }
    for (const [name, total] of Object.entries(totals)) samples[name].push(total);
  }
  return compare(samples, baseline);
}
