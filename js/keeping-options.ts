// What the keeper in Rust is told of a client's options: whose registrations it keeps, at which core, how fast.
import { handleOf } from "./auth.js";
import { baseUrlOf } from "./base-url.js";
import type { Wasm } from "./core/load.js";
import { peek } from "./given/read.js";
import type { ClientOptions } from "./options.js";

type AuthHandle = InstanceType<Wasm["AuthHandle"]>;

/** @internal Whose registrations, and at which core: as the exports of the wasm take it. */
export function ownerAndCore(
  options: ClientOptions,
  wasm: Wasm,
): [auth: AuthHandle | undefined, owner: string | undefined, baseUrl: string, apiVersion: string] {
  return [
    handleOf(peek(options, "auth"), wasm)?.share(),
    peek(peek(options, "keeping"), "owner") as string | undefined,
    baseUrlOf(peek(options, "baseUrl")),
    (peek(options, "apiVersion") as string | undefined) ?? "v1",
  ];
}

/** @internal How many attempts may begin in a second, if the application says so. */
export function maxPerSecond(options: ClientOptions): number | undefined {
  return peek(peek(options, "keeping"), "maxPerSecond") as number | undefined;
}
