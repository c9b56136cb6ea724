// What this browser registered. The API has no call that reads registrations back, so this list is the
// console's own memory: it knows nothing of what another browser or a back end did.
import type { ApiVersion, RegistrationRequest, RegistrationResponse, RouteType } from "sipbreakout-web";
import { type Draft, plainNumber } from "./draft.ts";

export interface Registration {
  /** One number has one registration, so the number is the key. Empty when the provider did not tell it. */
  number: string;
  apiVersion: ApiVersion;
  sipUri: string;
  routeType: RouteType;
  mobileOriginatingPrefix: string;
  mobileTerminatingPrefix: string;
  timeToLiveSeconds: number;
  /** Milliseconds since 1970, as everything that is stored. */
  expiresAt: number;
}

export type Change = { type: "registered"; registration: Registration } | { type: "removed"; number: string };

export type Status = "registered" | "expiring" | "expired";

/** Below this part of the time to live a registration is about to lapse. */
const expiringShare = 0.2;

export function applyChange(list: readonly Registration[], change: Change): readonly Registration[] {
  switch (change.type) {
    case "registered": {
      const { registration } = change;
      const known = list.some(({ number }) => number === registration.number);
      if (!known) return [registration, ...list];
      // An upsert for a known number replaces what was there, in its place.
      return list.map((old) => (old.number === registration.number ? registration : old));
    }
    case "removed":
      return list.filter(({ number }) => number !== change.number);
  }
}

/** The number a draft registers: the one typed, or the one that signed in. */
export function numberOf(draft: Draft, ownNumber: string | undefined): string {
  return plainNumber(draft.phoneNumber) || (ownNumber ?? "");
}

export function registrationOf(
  draft: Draft,
  ownNumber: string | undefined,
  response: RegistrationResponse,
): Registration {
  const { sipUri, routeType, mobileOriginatingPrefix, mobileTerminatingPrefix } = draft;
  return {
    number: numberOf(draft, ownNumber),
    apiVersion: draft.apiVersion,
    sipUri: sipUri.trim(),
    routeType,
    mobileOriginatingPrefix: mobileOriginatingPrefix.trim(),
    mobileTerminatingPrefix: mobileTerminatingPrefix.trim(),
    timeToLiveSeconds: response.timeToLiveSeconds,
    expiresAt: response.expiresAt.getTime(),
  };
}

export function draftOf(registration: Registration): Draft {
  const { apiVersion, sipUri, routeType, mobileOriginatingPrefix, mobileTerminatingPrefix } = registration;
  const phoneNumber = registration.number;
  return { apiVersion, sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix };
}

export function deleteRequestOf({
  sipUri,
  number,
}: Registration): Pick<RegistrationRequest, "sipUri" | "phoneNumber"> {
  return { sipUri, phoneNumber: number || undefined };
}

export function secondsLeft({ expiresAt, timeToLiveSeconds }: Registration, now: number): number {
  const left = Math.ceil((expiresAt - now) / 1000);
  // Never more than there can be: the clock on the page is up to a second old, or was set back.
  return Math.min(Math.max(0, left), timeToLiveSeconds);
}

export function statusOf(registration: Registration, now: number): Status {
  const left = secondsLeft(registration, now);
  if (left === 0) return "expired";
  return left <= registration.timeToLiveSeconds * expiringShare ? "expiring" : "registered";
}

/** `59:07`. */
export function formatSeconds(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** The list as it was stored; what is damaged is left out. */
export function parseRegistrations(text: string | null): readonly Registration[] {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  return Array.isArray(stored) ? stored.filter(isRegistration) : [];
}

function isRegistration(value: unknown): value is Registration {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Record<keyof Registration, unknown>;
  const texts = [
    entry.number,
    entry.apiVersion,
    entry.sipUri,
    entry.routeType,
    entry.mobileOriginatingPrefix,
    entry.mobileTerminatingPrefix,
  ];
  return (
    texts.every((text) => typeof text === "string") &&
    Number.isFinite(entry.expiresAt) &&
    Number.isFinite(entry.timeToLiveSeconds)
  );
}
