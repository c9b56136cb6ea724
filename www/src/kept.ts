// One kept registration as the page shows it, and what can be said of it at a moment.
import type {
  ApiVersion,
  KeeperState,
  RegistrationKeeper,
  RegistrationRequest,
  SdkError,
} from "sipbreakout-web";
import { type Draft, requestOf } from "./draft.ts";

/** A keeper at one moment. Keepers change without becoming other objects, which React would not notice. */
export interface Kept {
  keeper: RegistrationKeeper;
  /** One number has one registration, so the number is the key. Empty when the provider did not tell it. */
  number: string;
  apiVersion: ApiVersion;
  request: Readonly<RegistrationRequest>;
  state: KeeperState;
  /** Milliseconds since 1970; undefined as long as the core never had it. */
  expiresAt: number | undefined;
  nextRefreshAt: number | undefined;
  error: SdkError | undefined;
  isLeading: boolean;
  timeToLiveSeconds: number;
  /** What the operator was told last and took; undefined if it took nothing, or that is not known. */
  inEffect: Taken | undefined;
  /** Its deletion is under way. */
  isDeleting?: boolean;
}

/** A request that the operator took. */
export interface Taken {
  request: Readonly<RegistrationRequest>;
  apiVersion: ApiVersion;
}

/** The operator's hour, until the core has said otherwise. */
export const usualSeconds = 3600;

type KeeperView = Pick<
  RegistrationKeeper,
  "request" | "inEffect" | "state" | "expiresAt" | "nextRefreshAt" | "lastError" | "isLeading"
>;

export function keptOf<Keeper extends KeeperView>(
  keeper: Keeper,
  apiVersion: ApiVersion = "v1",
  timeToLiveSeconds = usualSeconds,
) {
  return {
    keeper,
    number: keeper.request.phoneNumber ?? "",
    apiVersion,
    request: keeper.request,
    state: keeper.state,
    expiresAt: keeper.expiresAt?.getTime(),
    nextRefreshAt: keeper.nextRefreshAt?.getTime(),
    error: keeper.lastError,
    isLeading: keeper.isLeading,
    timeToLiveSeconds,
    inEffect: keeper.inEffect && { request: keeper.inEffect, apiVersion },
  };
}

/** What the operator has at this moment, as far as this browser knows. */
export function standing(
  { inEffect, expiresAt }: Pick<Kept, "inEffect" | "expiresAt">,
  now: number,
): Taken | undefined {
  return expiresAt !== undefined && expiresAt > now ? inEffect : undefined;
}

/** What the operator has instead of what is wanted. */
export function otherStanding(
  kept: Pick<Kept, "inEffect" | "expiresAt" | "request">,
  now: number,
): Taken | undefined {
  const taken = standing(kept, now);
  return taken && !isSame(taken.request, kept.request) ? taken : undefined;
}

/** What a draft wants kept. With its number, if that is known: without one it would be another registration to the SDK. */
export function wishOf(draft: Draft, ownNumber: string | undefined): RegistrationRequest {
  const request = requestOf(draft);
  return { ...request, phoneNumber: request.phoneNumber ?? ownNumber };
}

export function draftOf({
  request,
  number,
  apiVersion,
}: Pick<Kept, "request" | "number" | "apiVersion">): Draft {
  const { sipUri, routeType, mobileOriginatingPrefix = "", mobileTerminatingPrefix = "" } = request;
  const phoneNumber = number;
  return { apiVersion, sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix };
}

/** Whether two requests, with their numbers as the SDK has them, want the same of the core. */
export function isSame(one: RegistrationRequest, other: RegistrationRequest): boolean {
  const plain = (request: RegistrationRequest) =>
    JSON.stringify([
      request.sipUri.trim().toLowerCase(),
      request.routeType,
      request.phoneNumber ?? "",
      request.mobileOriginatingPrefix ?? "",
      request.mobileTerminatingPrefix ?? "",
    ]);
  return plain(one) === plain(other);
}

export function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.ceil((time - now) / 1000));
}

/** How long the core still has it; 0 if it never had, or has forgotten it. */
export function secondsLeft(
  { expiresAt, timeToLiveSeconds }: Pick<Kept, "expiresAt" | "timeToLiveSeconds">,
  now: number,
): number {
  if (expiresAt === undefined) return 0;
  // Never more than there can be: the clock on the page is up to a second old, or was set back.
  return Math.min(secondsUntil(expiresAt, now), timeToLiveSeconds);
}

/** `59:07`. */
export function formatSeconds(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
