// Who is calling: the bearer token, looked up at the identity provider, and whether it may call the method.
import { Code, ConnectError, createContextKey } from "@connectrpc/connect";
import { acceptedScopes } from "./scopes.js";

/**
 * @typedef {object} Caller
 * @property {"user" | "client"} kind
 * @property {string} clientId
 * @property {string} [phoneNumber] the one number a user's token is bound to
 * @property {Set<string>} scopes
 */

/** @typedef {(token: string) => Promise<(Caller & { jkt?: string | undefined }) | undefined>} TokenLookup */

/**
 * Sets a header of the HTTP response. gRPC-Web sends an error's metadata in the body, where a browser's DPoP client does
 * not look.
 * @type {import("@connectrpc/connect").ContextKey<(name: string, value: string) => void>}
 */
export const setHeaderKey = createContextKey((_name, _value) => {}, { description: "HTTP response header" });

/** Set by the interceptor before a method runs. */
export const callerKey = createContextKey(/** @type {Caller | undefined} */ (undefined), {
  description: "caller",
});

/**
 * @param {TokenLookup} lookUpToken
 * @param {import("./proof.js").Proofs} proofs
 * @returns {import("@connectrpc/connect").Interceptor}
 */
export function accessInterceptor(lookUpToken, proofs) {
  /**
   * Whether the caller holds the key that the token is bound to, if it is to one.
   * @param {import("@connectrpc/connect").UnaryRequest | import("@connectrpc/connect").StreamRequest} req
   * @param {string} token
   * @param {string | undefined} jkt
   */
  function bind(req, token, jkt) {
    const isProven = /^DPoP /i.test(req.header.get("authorization") ?? "");
    if (jkt === undefined && !isProven) return {};
    try {
      if (jkt !== undefined && isProven) return proofs.check(req, token, jkt);
      const message = isProven ? "the access token is bound to no key" : "the access token needs a proof";
      throw proofs.refusal("invalid_token", message);
    } catch (error) {
      const { metadata } = ConnectError.from(error);
      for (const [name, value] of metadata) req.contextValues.get(setHeaderKey)(name, value);
      throw error;
    }
  }

  return (next) => async (req) => {
    const header = req.header.get("authorization");
    const token = /^(?:Bearer|DPoP) +([\w.~+/=-]+)$/i.exec(header ?? "")?.[1];
    if (header === null) throw new ConnectError("the call carries no access token", Code.Unauthenticated);
    if (token === undefined)
      throw new ConnectError("the authorization is not a bearer or DPoP token", Code.Unauthenticated);
    const caller = await lookUpToken(token);
    if (!caller)
      throw new ConnectError("the access token is unknown, expired or revoked", Code.Unauthenticated);
    for (const [name, value] of Object.entries(bind(req, token, caller.jkt))) {
      req.contextValues.get(setHeaderKey)(name, value);
    }
    const accepted = acceptedScopes(req.method);
    if (!accepted.some((scope) => caller.scopes.has(scope))) {
      throw new ConnectError(`the access token lacks the scope ${accepted[0]}`, Code.PermissionDenied);
    }
    req.contextValues.set(callerKey, caller);
    return next(req);
  };
}

/**
 * The number a call is about: the token's own for a user, the request's for a client.
 * @param {Caller} caller
 * @param {string | undefined} requested
 * @returns {string}
 */
export function numberFor(caller, requested) {
  const asked = requested === "" ? undefined : requested;
  if (caller.phoneNumber === undefined) {
    if (asked === undefined) {
      throw new ConnectError("phone_number is required with a client's access token", Code.InvalidArgument);
    }
    return asked;
  }
  if (asked !== undefined && asked !== caller.phoneNumber) {
    throw new ConnectError("the access token is bound to another number", Code.PermissionDenied);
  }
  return caller.phoneNumber;
}
