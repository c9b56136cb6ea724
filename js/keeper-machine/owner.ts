// Whose registrations a client keeps: by which name they are stored, and when somebody else may have come.
import type { ClientSettings } from "../client/settings.js";
import type { SessionWasm } from "../core/session-wasm.js";
import { NAMELESS } from "../keeper-store/records.js";
import { type HasOwners, OWNERS, type Owner, type Owners } from "../owners.js";
import { sleep } from "../platform/waiting.js";

/**
 * After news of the session, when to look at it again. What another tab tells may come before what it stored does: browsers
 * carry both from process to process by different ways.
 */
const LOOKS_MS = [100, 400, 1500, 6000];
const LONGEST_MS = 6000;

/** @internal What an owner's registrations go by. Nothing is kept for nobody. */
export interface OwnerName {
  readonly name?: string | undefined;
  /** Other tabs keep them, too. */
  readonly isShared?: boolean;
  /** What they went by before it was known who has signed in. */
  readonly session?: string;
}

/** @internal `nameless` is the name of who has none. */
export function nameOf(owner: Owner, nameless: string): OwnerName {
  if (owner.kind === "nameless") return { name: NAMELESS + nameless };
  if (owner.kind === "named") return { name: owner.name, isShared: true };
  if (owner.kind !== "session") return {};
  const { isLasting, person } = owner;
  // What ends with the page is this client's alone.
  const session = isLasting ? owner.session : `${NAMELESS}${nameless}/${owner.session}`;
  return person === undefined
    ? { name: session, isShared: isLasting }
    : { name: person, isShared: true, session };
}

/** With tokens of the application's own it is whom the application names, and that never changes. */
function supplied(name: string | undefined): Owners {
  const owner: Owner =
    name === undefined ? { kind: "nameless" } : { kind: "named", name: `supplied/${name}` };
  const never = () => () => {};
  return {
    owner: async () => owner,
    onChanged: never,
    onEnded: never,
    doubt: () => undefined,
    onDoubted: never,
  };
}

/** @internal */
export const ownersOf = ({ auth, keeping }: ClientSettings, wasm?: SessionWasm): Owners =>
  (auth as HasOwners | undefined)?.[OWNERS](wasm) ?? supplied(keeping.owner);

/**
 * @internal Follows the session until `signal` is aborted: `look` asks who is there, and resolves to whether that is unknown.
 * Returns how to have it asked once more.
 */
export function watchOwner(
  owners: Owners,
  look: () => Promise<boolean>,
  onLeft: () => void,
  signal: AbortSignal,
): () => void {
  let round = 0;
  const follow = (looksMs: readonly number[]) => void lookOften(looksMs).catch(() => {});
  const lookOften = async (looksMs: readonly number[]) => {
    round += 1;
    const own = round;
    const later = [...looksMs];
    for (;;) {
      const isUnknown = await look();
      const ms = later.shift() ?? (isUnknown ? LONGEST_MS : undefined);
      if (ms === undefined) return;
      await sleep(ms, false, signal);
      if (own !== round || signal.aborted) return;
    }
  };
  const stops = [
    owners.onEnded((isLeft) => {
      if (isLeft) onLeft();
      follow(LOOKS_MS);
    }),
    owners.onChanged(() => follow(LOOKS_MS)),
  ];
  signal.addEventListener("abort", () => {
    for (const stop of stops) stop();
  });
  const once = () => follow([]);
  once();
  return once;
}
