// What is stored of a registration that is kept: what is desired, and what was granted, as JSON texts. Tabs of other versions
// read and write them, too. The machine takes and gives them as flat fields.
import { textOf } from "../client/encode.js";
import type { RegistrationRequest, RouteType } from "../options.js";
import { type Fields, fieldsOf, isAnyText, isNumber, isText, jsonOf, NONE } from "../platform/stored-json.js";
import { encoded } from "../provider/names.js";

/** @internal Begins the names of owners that have none. */
export const NAMELESS = "?";

/** The form of the records; what a later version of this package wrote is left alone. */
const VERSION = 1;

/** @internal In the place of what is stored under another name now. */
export const MOVED = '{"v":1,"is_moved":true}';

/** @internal A registration as one text (js/client/encode.ts); empty for none. */
export type RegistrationText = string;

/**
 * @internal Id, flags (1: it is to be deleted, 2: when the last page goes; in messages 4: the store has not taken it, 8: it was told
 * before), since when, registration.
 */
export type Desired = readonly [id: string, flags: number, atMs: number, registration: RegistrationText];

/** @internal Of what is not desired. */
export const NOTHING_DESIRED = [undefined, 0, Number.NaN, ""] as const;

/** @internal Id of what was desired, when the request was sent, for how long, refreshed after, registration. */
export type Grant = readonly [
  id: string,
  wallMs: number,
  monotonicMs: number,
  page: number,
  ttlMs: number,
  refreshAfterMs: number,
  registration: RegistrationText,
];

/** @internal The names under which things are kept, shared and locked. Owners, cores and versions of the API are apart. */
export interface Names {
  readonly desired: string;
  readonly grants: string;
  /** Of the lock of who leads, and of the channel. */
  readonly keeper: string;
}

/** @internal */
export function namesOf(owner: string, baseUrl: string, apiVersion: string): Names {
  const name = (kind: string) => `sipbreakout/${kind}/${encoded(owner)}/${encoded(baseUrl)}/${apiVersion}/`;
  return { desired: name("kept"), grants: name("granted"), keeper: name("keeper") };
}

/** @internal */
export function requestOfText(text: RegistrationText): RegistrationRequest {
  const [sipUri = "", routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix] = text
    .slice(1)
    .split(text.slice(0, 1));
  return {
    sipUri,
    routeType: routeType as RouteType,
    phoneNumber: phoneNumber || undefined,
    mobileOriginatingPrefix: mobileOriginatingPrefix ?? "",
    mobileTerminatingPrefix: mobileTerminatingPrefix ?? "",
  } as RegistrationRequest;
}

function registrationFields(text: RegistrationText): Fields {
  const request = requestOfText(text);
  return {
    sip_uri: request.sipUri,
    phone_number: request.phoneNumber ?? null,
    route_type: request.routeType,
    mo_prefix: request.mobileOriginatingPrefix,
    mt_prefix: request.mobileTerminatingPrefix,
  };
}

/** Empty for what has not the form of a registration. */
function registrationOf(fields: Fields): RegistrationText {
  const { sip_uri, route_type, phone_number, mo_prefix, mt_prefix } = fields;
  const texts = [sip_uri, route_type, phone_number, mo_prefix, mt_prefix];
  if (!texts.every(isAnyText) || !isText(sip_uri)) return "";
  const [sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix] = texts.map(
    (text) => text ?? undefined,
  );
  return textOf({ sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix });
}

/** @internal As other tabs read it. */
export const registrationJson = (text: RegistrationText): string => jsonOf(registrationFields(text));

/** @internal Empty for what is none. */
export const readRegistrationJson = (text: unknown): RegistrationText =>
  isText(text) ? registrationOf(fieldsOf(text) ?? NONE) : "";

/** @internal */
export function desiredJson([id, flags, atMs, registration]: Desired): string {
  return jsonOf({
    v: VERSION,
    id,
    is_end: (flags & 1) > 0,
    delete_on_leave: (flags & 2) > 0,
    ...((flags & 4) > 0 && { is_unstored: true }),
    ...((flags & 8) > 0 && { is_again: true }),
    ...(Number.isFinite(atMs) && { at_ms: atMs }),
    ...registrationFields(registration),
  });
}

/** @internal Undefined for what is no such record. */
export function readDesired(text: unknown): Desired | undefined {
  const fields = (isText(text) && fieldsOf(text)) || NONE;
  const { v, id, is_end, delete_on_leave, is_unstored, is_again, at_ms } = fields;
  const registration = registrationOf(fields);
  if (v !== VERSION || !isText(id) || !registration) return undefined;
  const flags = [is_end, delete_on_leave, is_unstored, is_again].reduce<number>(
    (sum, flag, at) => sum + (flag === true ? 1 << at : 0),
    0,
  );
  return [id, flags, isNumber(at_ms) ? at_ms : Number.NaN, registration];
}

/** @internal */
export function grantJson([
  wish,
  wall_ms,
  monotonic_ms,
  page,
  ttl_ms,
  refresh_after_ms,
  text,
]: Grant): string {
  const numbers = { wall_ms, monotonic_ms, page, ttl_ms, refresh_after_ms };
  return jsonOf({ v: VERSION, wish, ...numbers, ...registrationFields(text) });
}

/** @internal Undefined for what is no such record. */
export function readGrant(text: unknown): Grant | undefined {
  const fields = (isText(text) && fieldsOf(text)) || NONE;
  const { v, wish } = fields;
  const numbers = ["wall_ms", "monotonic_ms", "page", "ttl_ms", "refresh_after_ms"].map(
    (name) => fields[name],
  );
  if (v !== VERSION || !isText(wish) || !numbers.every(Number.isFinite)) return undefined;
  return [wish, ...numbers, registrationOf(fields)] as unknown as Grant;
}
