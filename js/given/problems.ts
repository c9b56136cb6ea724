// What is wrong with what the caller gave: what Rust finds, beside what reading it found.
import type { RegistrationProblem } from "../options.js";

/** @internal Problems as they leave the wasm: field, code and message in turn. */
export function problemsOf(flat: readonly string[]): RegistrationProblem[] {
  const problems: RegistrationProblem[] = [];
  for (let at = 0; at + 2 < flat.length; at += 3) {
    const [field, code, message] = flat.slice(at, at + 3) as [string, string, string];
    problems.push({ field, code, message });
  }
  return problems;
}

/** @internal What reading found comes first; of the same field validation need not speak again. */
export function merged(
  found: readonly RegistrationProblem[],
  validated: readonly RegistrationProblem[],
): RegistrationProblem[] {
  const isNew = ({ field }: RegistrationProblem) => !found.some((problem) => problem.field === field);
  return [...found, ...validated.filter(isNew)];
}
