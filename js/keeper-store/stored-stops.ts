// A stop while the wasm can't be loaded: what is stored is changed here, in the form in which Rust wrote it, so that no later
// page goes on with the registration. Other tabs look there before they tell the core anything.

import { namespaceOf } from "../answer/ownership.js";
import type { AuthOptions, StorageAdapter } from "../auth-options.js";
import { baseUrlOf } from "../base-url.js";
import type { ClientOptions } from "../client-options.js";
import { peek } from "../given/read.js";
import type { RegistrationRequest } from "../options.js";
import { OPTIONS } from "../owners.js";
import { isSameNumber } from "../phone-number.js";
import { lasting } from "../platform/records.js";
import { randomId } from "./random-id.js";

const PREFIX = "sipbreakout/kept/";

/** A stored wish by its name: `sipbreakout/kept/<owner>/<base URL>/<version>/<key>`. */
interface Stored {
  name: string;
  text: string;
  owner: string;
  baseUrl: string;
  version: string;
  key: string;
}

/** An application's own storage may never answer. */
const SILENT_MS = 3000;

/** @internal What was changed, to be put back if the registration is wanted again. */
export type Undo = () => Promise<void>;

const read = (part = "") => decodeURIComponent(part.replaceAll("+", " "));

/**
 * @internal Makes what is stored for the number a wish to delete it, or removes it, if it is of who is signed in. Resolves when
 * that is done, and there is nothing to do after a reload; rejects if it can't be told. `isMissed` is asked right before a
 * change, which is not made any more if it says no: from the change on Rust would find it in the store.
 */
export async function storeStop(
  options: ClientOptions,
  request: RegistrationRequest,
  isDelete: boolean,
  isMissed: () => boolean,
): Promise<Undo> {
  const entries = (await lasting.entries(PREFIX)) as [string, string][];
  const undos: Undo[] = [];
  for (const stored of entries.map(storedOf)) {
    if (stored && isFor(stored, options, request) && (await isOfSignedIn(stored.owner, options))) {
      undos.push(await change(stored, isDelete, isMissed));
    }
  }
  return async () => {
    for (const undo of undos) await undo();
  };
}

function storedOf([name, text]: [string, string]): Stored | undefined {
  const [owner, baseUrl, version, key, ...rest] = name.slice(PREFIX.length).split("/");
  if (!version || !key || rest.length > 0) return undefined;
  return { name, text, owner: read(owner), baseUrl: read(baseUrl), version, key };
}

function isFor(stored: Stored, options: ClientOptions, request: RegistrationRequest): boolean {
  const phoneNumber = stored.key === "own" ? undefined : stored.key;
  return (
    isSameNumber({ ...request, phoneNumber }, request) &&
    stored.version === (peek(options, "apiVersion") ?? "v1") &&
    baseUrlOf(stored.baseUrl) === baseUrlOf(peek(options, "baseUrl"))
  );
}

/** Whether the owner's name is that of the session in the store, or the one that the application gives. */
async function isOfSignedIn(owner: string, options: ClientOptions): Promise<boolean> {
  const auth = peek(peek(options, "auth"), OPTIONS) as AuthOptions | undefined;
  if (!auth) return owner === `supplied/${peek(peek(options, "keeping"), "owner")}`;
  const namespace = namespaceOf(auth);
  const place = namespace.slice(0, namespace.lastIndexOf("/") + 1);
  if (!owner.startsWith(place)) return false;
  const person = owner.slice(place.length);
  const text = await storedSession(auth.storage, `sipbreakout/session/${namespace}`);
  const session = JSON.parse(typeof text === "string" ? text : "null");
  return session !== null && (read(person) === session.sub || person === `session:${session.id}`);
}

/** What a session's storage has. The memory of this page had none before the wasm was there. */
async function storedSession(storage: unknown, key: string): Promise<unknown> {
  if (storage === "local") return globalThis.localStorage.getItem(key);
  if (storage === "session") return globalThis.sessionStorage.getItem(key);
  if (typeof storage !== "object" || storage === null) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, SILENT_MS, new Error("The storage did not answer in time."));
  });
  try {
    return await Promise.race([(storage as StorageAdapter).get(key), silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function change({ name, text }: Stored, isDelete: boolean, isMissed: () => boolean): Promise<Undo> {
  const wish = JSON.parse(text);
  // What another version wrote is left alone, and a deletion is not given up.
  if (wish.v !== 1 || wish.id === undefined || wish.is_end === true) return async () => {};
  const is = { id: randomId(), is_end: true, delete_on_leave: false, at_ms: Date.now() };
  const ending = JSON.stringify({ ...wish, ...is });
  const grant = name.replace("/kept/", "/granted/");
  const granted = await lasting.get(grant);
  if (!isMissed()) throw new Error("The stop is noted without this, or the number is wanted again.");
  if (isDelete) await lasting.set(name, ending);
  else await Promise.all([lasting.remove(name), lasting.remove(grant)]);
  return async () => {
    // Somebody else may have wanted something since.
    const wish = lasting.replace(name, isDelete ? ending : undefined, text);
    const isGranted = !isDelete && typeof granted === "string";
    await Promise.all([wish, isGranted && lasting.replace(grant, undefined, granted)]);
  };
}
