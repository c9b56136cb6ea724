// What the tabs tell each other about the registrations they keep, as JSON texts. Never a token. The machine takes and gives them
// as flat fields: name, key or tab, id of what is desired, registration, three numbers, error; of `wished` name, key, and what is
// desired.
import { flatError, toSdkError } from "../errors.js";
import { bare } from "../given/read.js";
import {
  type Desired,
  desiredJson,
  readDesired,
  readRegistrationJson,
  registrationJson,
} from "../keeper-store/records.js";
import { type Fields, fieldsOf, isText, jsonOf, NONE } from "../platform/stored-json.js";
import { errorOf } from "./troubles.js";

/** The form of the messages; a tab with another version of the package does not read them. */
const VERSION = 1;

/** The names of the three numbers. */
const NUMBERS: { readonly [name: string]: readonly string[] } = bare({
  granted: ["age_ms", "ttl_ms", "refresh_after_ms"],
  failed: ["wait_ms", "ago_ms"],
  gone: ["wait_ms"],
});

const FAMILIES = ["rpc", "auth", "rejected", "invalid"];
const KINDS = [
  "network",
  "timeout",
  "aborted",
  "protocol",
  "auth",
  "rejected",
  "invalid",
  "config",
  "crashed",
];

/** @internal How many fields a message has. */
export const fieldsOfMessage = (name: unknown): number => (name === "wished" ? 6 : 8);

/** @internal The text to post. */
export function writeMessage(message: readonly unknown[]): string {
  const [name, key, id, registration, ...rest] = message as [string, string, string?, string?, ...unknown[]];
  const head = { v: VERSION, news: name };
  if (name === "hello" || name === "here" || name === "bye") return jsonOf({ ...head, tab: key });
  if (name === "leads") return jsonOf(head);
  if (name === "wished")
    return jsonOf({ ...head, key, wish: desiredJson(message.slice(2) as unknown as Desired) });
  const numbers: Record<string, unknown> = {};
  for (const [at, number] of (NUMBERS[name] ?? []).entries()) {
    if (Number.isFinite(rest[at])) numbers[number] = rest[at];
  }
  return jsonOf({
    ...head,
    key,
    ...(id !== undefined && { wish: id }),
    ...(registration && { registration: registrationJson(registration) }),
    ...numbers,
    ...told(rest[3]),
  });
}

/** An error, for other tabs: its words hold no token. */
function told(trouble: unknown): Fields {
  if (trouble === undefined) return NONE;
  const [family, code, kind, , , message] = flatError(errorOf(trouble)) as string[];
  // Their own wasm is there: all that they know is that this tab did not reach the core.
  if (family === "load") return { family: "rpc", code: "unavailable", kind: "network", message };
  // It quotes what the application gave.
  return { family, code, kind, message: family === "invalid" ? "" : message };
}

/** @internal Its fields; undefined for what is no such message: other scripts of the origin can post there, too. */
export function readMessage(text: unknown): readonly unknown[] | undefined {
  const fields = (isText(text) && fieldsOf(text)) || NONE;
  const { v, news, tab, key: ofRegistration, wish, registration } = fields;
  if (v !== VERSION || !isText(news)) return undefined;
  const isOfTab = news === "hello" || news === "here" || news === "bye";
  const key = isOfTab ? tab : news === "leads" ? "" : ofRegistration;
  if (!isText(key)) return undefined;
  if (news === "wished") {
    const desired = readDesired(wish);
    return desired && [news, key, ...desired];
  }
  const numbers = [0, 1, 2].map((at) => numberOf(fields, NUMBERS[news]?.[at]));
  const id = isText(wish) ? wish : undefined;
  return [news, key, id, readRegistrationJson(registration), ...numbers, troubleOf(fields)];
}

function numberOf(fields: Fields, name = ""): number {
  const number = fields[name];
  return typeof number === "number" ? number : Number.NaN;
}

function troubleOf({ family, code, kind, message }: Fields): unknown {
  if (
    ![code, message].every(isText) ||
    !FAMILIES.includes(family as string) ||
    !KINDS.includes(kind as string)
  ) {
    return undefined;
  }
  return toSdkError({ family, code, kind, retryable: false, message });
}
