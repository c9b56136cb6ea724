// Reads how many tests passed, failed and were skipped from the output of cargo, node and wasm-bindgen.

import { stripVTControlCharacters } from "node:util";
import { LEFT_OUT } from "../../tests/repeats.mjs";

const cargoResult = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/;
// Node's reporters: "ℹ pass 3" (spec) and "# pass 3" (TAP).
const nodeResult = /^(?:ℹ|#) (pass|fail|cancelled|skipped|todo) (\d+)$/;
const cargoSkip = /^test (.+) \.\.\. ignored(?:, (.+))?$/;
// A test that is marked as to do is counted as skipped, whatever it did; the spec reporter gives it ✔ or ⚠.
const nodeSkip = /^\s*(?:[﹣⚠✔] (.+?) \([\d.]+ms\) # (.*)|(?:not )?ok \d+ - (.+?) # (?:SKIP|TODO) ?(.*))$/;
// What the spec reporter writes where no reason was given.
const noReason = [undefined, "", "SKIP", "TODO"];

/** Feed it lines; read `passed`, `failed`, `skipped`, `skips` (each with its reason), and whether repeats were left out, which are not among `skips`. */
export class Counter {
  passed = 0;
  failed = 0;
  skipped = 0;
  skips = [];
  hasLeftOut = false;

  add(rawLine) {
    const line = stripVTControlCharacters(rawLine).trimEnd();
    const cargo = cargoResult.exec(line);
    if (cargo !== null) {
      this.passed += Number(cargo[1]);
      this.failed += Number(cargo[2]);
      this.skipped += Number(cargo[3]);
      return;
    }
    const node = nodeResult.exec(line);
    if (node !== null) {
      const count = Number(node[2]);
      if (node[1] === "pass") this.passed += count;
      else if (node[1] === "fail" || node[1] === "cancelled") this.failed += count;
      else this.skipped += count;
      return;
    }
    const skip = cargoSkip.exec(line) ?? nodeSkip.exec(line);
    if (skip !== null) {
      const name = skip[1] ?? skip[3];
      const reason = skip[2] ?? skip[4];
      if (reason === LEFT_OUT) {
        this.hasLeftOut = true;
        return;
      }
      const text = `${name}: ${noReason.includes(reason) ? "no reason given" : reason}`;
      // Node lists what went wrong a second time at its end.
      if (!this.skips.includes(text)) this.skips.push(text);
    }
  }
}
