// The provider's addresses, and OpenID Connect Discovery: the issuer's own document names them.
import { decide } from "../core/decide.js";
import { changed } from "./auth-error.js";
import { bodyText, isSuccess, type ProviderReply } from "./reply.js";
import { refusal } from "./tokens.js";

/** @internal Who the provider says it is. */
export interface Issuer {
  readonly text: string;
  /** A slash at its end may be missing or added (src/oauth/config.rs says why). */
  readonly isSlashOptional: boolean;
}

/** @internal All addresses, checked. */
export interface Endpoints {
  readonly authorization: string;
  readonly token: string;
  readonly revocation?: string | undefined;
  readonly endSession?: string | undefined;
  readonly userInfo?: string | undefined;
  readonly jwks?: string | undefined;
  /** The provider promises `iss` in its answers (RFC 9207). */
  readonly issPromised: boolean;
}

/** @internal Endpoints as they leave the wasm. */
export function flatEndpoints(flat: readonly unknown[]): Endpoints {
  const [authorization, token, revocation, endSession, userInfo, jwks, issPromised] = flat as [
    ...[string, string, string?, string?, string?, string?, boolean?],
  ];
  return { authorization, token, revocation, endSession, userInfo, jwks, issPromised: issPromised === true };
}

const PLACE = "discovery document";

/** @internal What the issuer says, with the application's own (`given`) in its place. @throws AuthError */
export async function discovered(
  issuer: Issuer,
  given: readonly (string | undefined)[],
  ask: (place: string, url: string) => Promise<ProviderReply>,
): Promise<Endpoints> {
  const address = `${issuer.text.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const reply = await ask(PLACE, address);
  if (!isSuccess(reply)) {
    const advice = "Check `issuer`, or leave it out and give the `endpoints`.";
    const message = `The discovery document (${address}) answered ${reply.status}. ${advice}`;
    throw changed(await refusal(PLACE, reply, []), { message });
  }
  const text = bodyText(reply);
  return flatEndpoints(
    await decide((wasm) => wasm.readDiscovery(issuer.text, issuer.isSlashOptional, [...given], text)),
  );
}
