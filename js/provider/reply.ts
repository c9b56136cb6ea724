// Requests to the provider, and its replies, which are read whole.
import type { Moment } from "../platform/clock.js";
import type { Pairs } from "../platform/fetching.js";

/** @internal */
export interface ProviderRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Pairs;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  /** What it carries that the provider may repeat and nobody must see. */
  readonly secrets: readonly string[];
}

/** @internal */
export interface ProviderReply {
  readonly status: number;
  /** Each name, in lower case, with its value behind it. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  readonly sentAt: Moment;
  /** When its end came. */
  readonly readAt: Moment;
  /** Those of the request. */
  readonly secrets: readonly string[];
}

/** @internal Some gateways answer 201 or 203 where a provider answers 200. */
export const isSuccess = ({ status }: ProviderReply): boolean => status >= 200 && status < 300;

/** @internal A header by its name in lower case. */
export function headerOf({ headers }: ProviderReply, name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text === name);
  return at < 0 ? undefined : headers[at + 1];
}

/**
 * @internal The text of a reply as a browser reads it: without a byte order mark, and with U+FFFD for each byte that is not
 * UTF-8. One odd byte in a field that nobody reads must not cost the whole reply.
 */
export const bodyText = ({ body }: ProviderReply): string => new TextDecoder().decode(body);

/** Blanks of ASCII, and what a byte order mark is made of. */
const isBlank = (byte: number | undefined) =>
  byte !== undefined && [9, 10, 12, 13, 32, 0xef, 0xbb, 0xbf].includes(byte);

/**
 * @internal A body that was cut off looks whole to some browsers (Firefox, when the connection ends before
 * `content-length`). It begins as JSON, and does not end so.
 */
export function isCutOff({ body, status }: ProviderReply): boolean {
  let [first, last] = [0, body.length - 1];
  while (isBlank(body[first])) first += 1;
  while (isBlank(body[last])) last -= 1;
  if (last < first) return status === 200;
  return body[first] === 0x7b && body[last] !== 0x7d;
}
