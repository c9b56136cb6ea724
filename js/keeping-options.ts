// What the keeper in Rust is told of a client: whose registrations it keeps, and at which core.
import { ownersIn } from "./auth/auth.js";
import type { Owners } from "./auth/owners.js";
import type { ClientSettings } from "./client/settings.js";
import type { Wasm } from "./core/load.js";

/** @internal Whose registrations, and at which core: as the exports of the wasm take it. */
export function ownerAndCore(
  { auth, keeping, baseUrl, apiVersion }: ClientSettings,
  wasm: Wasm,
): [session: Owners | undefined, owner: string | undefined, baseUrl: string, apiVersion: string] {
  return [ownersIn(auth, wasm), keeping.owner, baseUrl, apiVersion];
}
