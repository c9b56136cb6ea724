// What was thrown, as the cause of an error, without what was sent.
import { causeOf } from "../platform/cause.js";
import { ask, current, loaded } from "./load.js";

/** @internal `thrown` without these secrets; undefined where nobody can tell whether it has any of them. */
export async function shownCause(thrown: unknown, secrets: readonly string[]): Promise<unknown> {
  try {
    const wasm = current() ?? (await loaded());
    return causeOf(thrown, {
      isSecret: (text) => ask(wasm, ({ hasSecret }) => hasSecret(text, [], [...secrets], true)),
      cut: (text) => ask(wasm, ({ cutSecrets }) => cutSecrets(text, [], [...secrets])),
    });
  } catch {
    return undefined;
  }
}
