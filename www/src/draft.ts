// What the form holds: text as it was typed. The SDK says what is wrong with it.
import type { ApiVersion, RegistrationRequest, RouteType } from "sipbreakout-web";

export interface Draft {
  sipUri: string;
  apiVersion: ApiVersion;
  routeType: RouteType;
  phoneNumber: string;
  mobileOriginatingPrefix: string;
  mobileTerminatingPrefix: string;
}

export type DraftField = keyof Draft;

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

/** A draft that came back through a sign-in; anything that is not one is left behind. */
export function readDraft(value: unknown): Draft | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = value as Record<string, unknown>;
  const fields = Object.keys(emptyDraft(undefined));
  return fields.every((field) => typeof found[field] === "string") ? (value as Draft) : undefined;
}

/** A number without the blanks, dashes and brackets that people type, which the SDK drops as well. */
export function plainNumber(typed: string): string {
  return typed.replace(/[\s()[\]\-\u2010-\u2015\u2212]/g, "");
}

/** Reloads the page. The history entry keeps what is typed, and a reload keeps the history entry's state. */
export function reloadKeeping(draft: Draft | undefined) {
  history.replaceState({ ...history.state, draft }, "");
  location.reload();
}

/** What `reloadKeeping` kept; asked once, when the page opens. */
export function takeKeptDraft(): Draft | undefined {
  const { draft, ...rest } = (history.state ?? {}) as { draft?: unknown };
  if (draft === undefined) return undefined;
  history.replaceState(rest, "");
  return readDraft(draft);
}
