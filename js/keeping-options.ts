// What the keeper in Rust is told of a client: whose registrations it keeps, and at which core.
import { handleOf } from "./auth.js";
import type { ClientSettings } from "./client/settings.js";
import type { Wasm } from "./core/load.js";

type AuthHandle = InstanceType<Wasm["AuthHandle"]>;

/** @internal Whose registrations, and at which core: as the exports of the wasm take it. */
export function ownerAndCore(
  { auth, keeping, baseUrl, apiVersion }: ClientSettings,
  wasm: Wasm,
): [auth: AuthHandle | undefined, owner: string | undefined, baseUrl: string, apiVersion: string] {
  return [handleOf(auth, wasm)?.share(), keeping.owner, baseUrl, apiVersion];
}
