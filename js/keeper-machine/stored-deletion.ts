// Finds a deletion that is stored and not made yet, without starting a keeper.
import type { CoreCalls } from "../client/core-calls.js";
import { registrationTexts } from "../client/registration-texts.js";
import type { Wasm } from "../core/calls-wasm.js";
import { Stores } from "../keeper-store/stores.js";
import type { RegistrationRequest } from "../options.js";
import { nameOf, ownersOf } from "./owner.js";

/** @internal Its id, if there is one of who is signed in. */
export async function storedDeletion(
  wasm: Wasm,
  calls: CoreCalls,
  request: RegistrationRequest,
): Promise<string | undefined> {
  const settings = calls.settings(wasm);
  const { key } = registrationTexts(wasm, settings.apiVersion, request);
  const { name, isShared, session } = nameOf(await ownersOf(settings).owner(), "");
  const stores = new Stores(settings.baseUrl, settings.apiVersion);
  return isShared || session ? stores.deletion(name as string, key) : undefined;
}
