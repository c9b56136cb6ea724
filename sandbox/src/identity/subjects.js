// Accounts are phone numbers. To a client an account is an opaque subject, another one for each client.
import { createHash } from "node:crypto";

/**
 * The same after a restart, so that a console that remembers its users still knows them.
 * @param {string} phoneNumber
 * @param {string} clientId
 */
export function pairwiseSubject(phoneNumber, clientId) {
  return createHash("sha256").update(`sipbreakout-sandbox\n${clientId}\n${phoneNumber}`).digest("base64url");
}

/** @type {import("oidc-provider").FindAccount} */
export async function findAccount(_ctx, phoneNumber, token) {
  // Codes and tokens carry the id of the session they come from, which the types do not know.
  const { sid } = /** @type {{ sid?: string }} */ (token ?? {});
  return {
    accountId: phoneNumber,
    async claims() {
      return {
        sub: phoneNumber,
        ...(sid === undefined ? {} : { sid }),
        phone_number: phoneNumber,
        phone_number_verified: true,
      };
    },
  };
}
