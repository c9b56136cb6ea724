// Who is signed in.

import type { User } from "../auth-options.js";
import type { AuthError } from "../errors.js";
import { readUser } from "../flows/user-info.js";
import { authError, changed, invalidConfig } from "../provider/auth-error.js";
import { isSuccess, type ProviderReply } from "../provider/reply.js";
import type { Session } from "../session/session.js";
import { signInRequired } from "../stores/session-errors.js";
import { keyOf, tokensOf } from "../stores/stored-session.js";

const PLACE = "user info endpoint";

/** @internal Asks the provider who is signed in, and makes sure that it speaks of this session's user. */
export async function userOf(session: Session): Promise<User> {
  const { provider } = session;
  const token = await session.accessToken(false);
  const { userInfo } = await provider.endpoints();
  if (userInfo === undefined) {
    throw invalidConfig("endpoints.userInfo", "is needed: the provider names no user info endpoint.");
  }
  let reply = await ask(session, userInfo, token);
  if (reply.status === 401) {
    // As when the core refuses a token: it does not live.
    await session.refuse(token);
    reply = await ask(session, userInfo, await session.accessToken(true));
  }
  if (!isSuccess(reply)) {
    const stored = await session.load();
    const error = await provider.refusal(PLACE, reply, stored ? tokensOf(stored) : []);
    throw reply.status === 401 || reply.status === 403 ? changed(error, { kind: "auth" }) : error;
  }
  const user = await readUser(reply);
  const expected = (await session.load())?.sub;
  if (expected !== undefined && expected !== user.sub) {
    const message = "The user info is about another user than the one who signed in; it is not used.";
    throw authError("subject_mismatch", message);
  }
  return user;
}

async function ask(session: Session, endpoint: string, token: string): Promise<ProviderReply> {
  const stored = await session.load();
  if (!stored) throw signInRequired();
  const { provider } = session;
  try {
    return await provider.send(PLACE, provider.get(endpoint), token, keyOf(stored));
  } catch (thrown) {
    const error = thrown as AuthError;
    if (error.code !== "network") throw error;
    const hint =
      "An expired or revoked token may look like this too: some providers leave the CORS headers out of that reply. " +
      "getAccessToken({ forceRefresh: true }) tells the two apart.";
    throw changed(error, { message: `${error.message} ${hint}` });
  }
}
