// What is wrong with the token endpoint. It is asked for nothing, so that it refuses: providers that let a page read their tokens
// do not all let it read their refusals, and then a session that has ended looks like a network that is down.
import { GATEWAY_ADVICE } from "../provider/gateway.js";
import { type Evidence, isRedirected } from "./evidence.js";
import type { Finding } from "./finding.js";
import { reach } from "./reach.js";

/** @internal */
export function tokenAnswers(evidence: Evidence): Finding[] {
  const { token, issuer } = evidence;
  if (!token) return [];
  const { url, asked } = token;
  const unreached = reach(token, evidence).map((finding) =>
    finding.code === "cors_refused" ? unread(url, finding) : finding,
  );
  if (unreached.length > 0) {
    // What is in the way of the whole provider was told already.
    const isTold =
      issuer && new URL(issuer.url).origin === new URL(url).origin && reach(issuer, evidence).length > 0;
    return isTold ? [] : unreached;
  }
  const { status, contentType = "" } = asked;
  if (!isRedirected(asked) && !/\bhtml\b/i.test(contentType)) return [];
  return [
    {
      code: "redirected",
      certainty: "likely",
      message: "Something between this page and the token endpoint wants a sign-in of its own.",
      evidence: [
        `${url} answered with ${status ? `HTTP ${status}` : "a redirect"}${contentType && `, ${contentType}`}.`,
      ],
      advice: GATEWAY_ADVICE,
      alternatives: [
        "an address that is not the token endpoint",
        "an outage, whose error page this is",
        "a captive portal",
      ],
    },
  ];
}

function unread(url: string, finding: Finding): Finding {
  return {
    ...finding,
    message: `The token endpoint (${url}) does not let this page read its refusals (CORS): a code or a session that it refuses looks like no network.`,
    advice:
      "Register this page's origin with the provider, which must send CORS headers with refusals (HTTP 400, 401), too.",
  };
}
