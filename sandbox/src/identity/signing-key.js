// The key that ID tokens are signed with: RS256, made at start, gone at the end.
import { generateKeyPair, randomUUID } from "node:crypto";
import { promisify } from "node:util";

/** @returns {Promise<import("oidc-provider").JWK>} */
export async function createSigningKey() {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const jwk = privateKey.export({ format: "jwk" });
  return /** @type {import("oidc-provider").JWK} */ ({ ...jwk, kid: randomUUID(), use: "sig", alg: "RS256" });
}
