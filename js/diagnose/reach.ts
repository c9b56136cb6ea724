// Why an address can't be reached.
import { isForbidden } from "../core/violations.js";
import { isLoopback } from "../loopback.js";
import { type Evidence, hasReply, type Place } from "./evidence.js";
import type { Finding } from "./finding.js";
import { accessTo, isAccessDenied, isExempt, localNetwork } from "./local-network.js";

/** @internal Why nothing, or nothing readable, comes back. */
export function reach(place: Place, evidence: Evidence): Finding[] {
  const { url, asked, simple, blind, isSameOrigin } = place;
  const { origin, protocol, hostname } = new URL(url);
  if (hasReply(asked)) return [];
  const failed = `${url} gave no reply that this page may read${asked.isLate ? " in time" : ""}.`;
  const violation = evidence.violations.find((one) => isForbidden(new URL(url), one));
  if (violation) {
    const observed = `securitypolicyviolation: connect-src blocked ${violation.blocked}.`;
    const message = `The page's Content-Security-Policy forbids requests to ${origin}.`;
    const advice = `Add ${origin} to connect-src.`;
    return [{ code: "blocked_by_csp", certainty: "certain", message, evidence: [failed, observed], advice }];
  }
  const local = localNetwork(place, evidence);
  if (local) return [{ ...local, evidence: [failed, ...local.evidence] }];
  if (
    evidence.isHttpsPage &&
    protocol === "http:" &&
    !isLoopback(hostname) &&
    !isExempt(hostname, evidence)
  ) {
    const message = `An https page may not call ${origin}.`;
    const observed = "The page is https, the address http.";
    const advice = "Serve the address by https.";
    const certainty = accessTo(hostname, evidence) ? "likely" : "certain";
    return [{ code: "mixed_content", certainty, message, evidence: [failed, observed], advice }];
  }
  if (evidence.isOnline === false) return [];
  if (!isSameOrigin && (simple?.status !== undefined || blind?.isOpaque)) {
    const isCall = /\/UpsertRegistration$/.test(url);
    const isPreflight = isCall && simple?.status !== undefined;
    const observed = isPreflight
      ? "A request without special headers is answered, and the page may read it."
      : "A request whose reply is not looked at (no-cors) succeeds.";
    const message = isPreflight
      ? `${origin} seems to refuse the preflight of a call from this page (CORS).`
      : `${origin} does not let this page read its reply (CORS).`;
    const advice = isCall
      ? "Allow this page's origin, the method POST, and the headers authorization, content-type, grpc-timeout, x-grpc-web and x-user-agent; expose grpc-status and grpc-message."
      : "Register this page's origin with the provider.";
    // A browser tells nothing of a reply without those headers: whatever sent it left them out.
    const alternatives = [
      "an outage, whose error page has no CORS headers",
      "a redirect of the preflight",
      "a gateway that refuses this probe's token without CORS headers",
      ...(evidence.hasServiceWorker ? ["a service worker"] : []),
    ];
    const seen = [failed, observed];
    return [{ code: "cors_refused", certainty: "likely", message, evidence: seen, advice, alternatives }];
  }
  const finding: Finding = {
    code: "unreachable",
    certainty: "likely",
    message: `${origin} can't be reached.`,
    evidence: [failed, ...(blind ? ["Nor does a request whose reply is not looked at succeed."] : [])],
    advice: "Check the address, and open it in a tab of its own: the browser then says why.",
    alternatives: [
      "DNS",
      "TLS certificate",
      "connection refused or reset",
      "firewall",
      "a blocker in the browser",
      ...(isAccessDenied(hostname, evidence)
        ? ["an address in this network, which the page may not call"]
        : []),
    ],
  };
  return [finding, ...worker(evidence)];
}

function worker({ hasServiceWorker }: Evidence): Finding[] {
  if (!hasServiceWorker) return [];
  return [
    {
      code: "service_worker",
      certainty: "likely",
      message: "A service worker controls this page, and may answer or lose the SDK's requests.",
      evidence: ["navigator.serviceWorker.controller is there."],
      advice: "Let it pass requests to the core and the provider, or try without it (a forced reload).",
    },
  ];
}
