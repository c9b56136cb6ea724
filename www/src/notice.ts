// What was said of a number after something worked. It is taken back as soon as it may be true no more.
import { useCallback, useEffect, useState } from "react";
import type { RegistrationKeeper, RegistrationRequest } from "sipbreakout-web";
import type { KeptList } from "./keeping.ts";
import { isSame, type Kept } from "./kept.ts";
import type { SessionHealth } from "./session.ts";

export interface Notice {
  text: string;
  number: string;
  /** It says that this is registered; undefined: that the number is no longer kept. */
  registered?: { keeper: KeeperView; request: Readonly<RegistrationRequest> };
  /** The end of the time that it names, in milliseconds since 1970. */
  until?: number | undefined;
}

type KeeperView = Pick<RegistrationKeeper, "state" | "lastError" | "request" | "expiresAt">;

interface Seen {
  kept: readonly (Pick<Kept, "number" | "isDeleting"> & { keeper: Pick<KeeperView, "state"> })[] | undefined;
  undeleted: readonly { kept: Pick<Kept, "number"> }[];
}

/** The end of a registration moves by some milliseconds when it is worked out again. */
const toleranceMs = 1000;

/** Whether nothing has happened since that contradicts it. */
export function holds({ number, registered, until }: Notice, list: Seen, health: SessionHealth): boolean {
  if (list.undeleted.some(({ kept }) => kept.number === number)) return false;
  const kept = list.kept?.filter((one) => one.number === number) ?? [];
  if (!registered) return kept.every(({ keeper }) => keeper.state === "stopped");
  const { keeper, request } = registered;
  const isRefreshed =
    until !== undefined && keeper.expiresAt !== undefined && keeper.expiresAt.getTime() > until + toleranceMs;
  return (
    health === "good" &&
    keeper.state === "registered" &&
    keeper.lastError === undefined &&
    isSame(keeper.request, request) &&
    !isRefreshed &&
    !kept.some(({ isDeleting }) => isDeleting)
  );
}

/** The notice as long as it holds, and what sets it; undefined takes it away. */
export function useNotice(list: KeptList, health: SessionHealth) {
  const [notice, say] = useState<Notice>();
  const clear = useCallback(() => say(undefined), []);
  const isOver = notice !== undefined && !holds(notice, list, health);
  // React's way to follow a property: it renders again before anything is shown.
  if (isOver) say(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever becomes of the session
  useEffect(clear, [health]);
  const until = notice?.until;
  useEffect(() => {
    if (until === undefined) return;
    const timer = setTimeout(clear, until - Date.now());
    return () => clearTimeout(timer);
  }, [until, clear]);

  return { notice: isOver ? undefined : notice, say };
}
