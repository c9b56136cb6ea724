// The provider's user info.

import type { User } from "../auth-options.js";
import { decide } from "../core/decide.js";
import { bodyText, type ProviderReply } from "../provider/reply.js";

/** @internal @throws AuthError (`invalid_response`) for what is none */
export async function readUser(reply: ProviderReply): Promise<User> {
  const text = bodyText(reply);
  const [sub, phoneNumber, phoneNumberVerified] = (await decide((wasm) => wasm.readUser(text))) as [
    ...[string, string | undefined, boolean | undefined],
  ];
  return { sub, phoneNumber, phoneNumberVerified, claims: JSON.parse(text) };
}
