// What the form holds: text as it was typed. The SDK says what is wrong with it.
import type { ApiVersion, RegistrationRequest, RouteType } from "sipbreakout-web";
import { routeOf } from "./routes.ts";

export interface Draft {
  sipUri: string;
  apiVersion: ApiVersion;
  routeType: RouteType;
  phoneNumber: string;
  mobileOriginatingPrefix: string;
  mobileTerminatingPrefix: string;
}

export type DraftField = keyof Draft;

/** The fields that a person filled in. The others show what is kept for the number. */
export type Edits = Partial<Draft>;

export function emptyDraft(ownNumber: string | undefined): Draft {
  return {
    sipUri: "",
    apiVersion: "v1",
    routeType: "LOOP",
    phoneNumber: ownNumber ?? "",
    mobileOriginatingPrefix: "",
    mobileTerminatingPrefix: "",
  };
}

export const draftFields = Object.keys(emptyDraft(undefined)) as readonly DraftField[];

/** The request a draft stands for. An empty field is a field left out. */
export function requestOf(draft: Draft): RegistrationRequest {
  return {
    sipUri: draft.sipUri.trim(),
    routeType: draft.routeType,
    phoneNumber: draft.phoneNumber.trim() || undefined,
    mobileOriginatingPrefix: draft.mobileOriginatingPrefix.trim() || undefined,
    mobileTerminatingPrefix: draft.mobileTerminatingPrefix.trim() || undefined,
  };
}

const isFor: Partial<Record<DraftField, (value: string) => boolean>> = {
  apiVersion: (value) => value === "v1" || value === "v0",
  routeType: (value) => routeOf(value as RouteType) !== undefined,
};

/** What was typed before a sign-in or a reload. Anything else that is found there is left out. */
export function readEdits(value: unknown): Edits {
  if (typeof value !== "object" || value === null) return {};
  const found = value as Record<string, unknown>;
  const good = draftFields.filter((field) => {
    const text = Object.hasOwn(found, field) ? found[field] : undefined;
    return typeof text === "string" && (isFor[field]?.(text) ?? true);
  });
  return Object.fromEntries(good.map((field) => [field, found[field]]));
}

/** Reloads the page. The history entry keeps what is typed, and a reload keeps the history entry's state. */
export function reloadKeeping(edits: Edits | undefined) {
  history.replaceState({ ...history.state, draft: edits }, "");
  location.reload();
}

/** What `reloadKeeping` kept; asked once, when the page opens. */
export function takeKeptEdits(): Edits {
  const { draft, ...rest } = (history.state ?? {}) as { draft?: unknown };
  if (draft === undefined) return {};
  history.replaceState(rest, "");
  return readEdits(draft);
}
