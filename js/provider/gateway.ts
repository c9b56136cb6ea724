// A gateway between this page and the provider (oauth2-proxy, Pomerium, an access proxy) that wants a sign-in of its own. Nothing
// that it says is about the session.
import { headerOf, type ProviderReply } from "./reply.js";

/** @internal What to do when it was perhaps a gateway that answered. */
export const GATEWAY_ADVICE =
  "If a gateway stands in between, the sign-in to the gateway is missing or over: load the page anew, and give `credentials` " +
  "if its cookie is not sent.";

/** @internal Whether a reply without a provider's word may be a gateway's. */
export const mayBeGateways = (reply: ProviderReply): boolean =>
  reply.status === 401 || reply.status === 403 || /\bhtml\b/i.test(headerOf(reply, "content-type") ?? "");
