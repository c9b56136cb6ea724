// What is wrong on this side.
import { type Evidence, hasReply } from "./evidence.js";
import type { Finding, FindingCode } from "./finding.js";

/** @internal What is wrong with the page, the browser or the machine. */
export function surroundings(evidence: Evidence): Finding[] {
  const findings: Finding[] = [];
  const add = (code: FindingCode, message: string, observed: string, advice: string) =>
    findings.push({ code, certainty: "certain", message, evidence: [observed], advice });
  if (evidence.isOnline === false) {
    add("offline", "This machine has no network.", "navigator.onLine is false.", "Connect it.");
    // A loopback address, or a browser that is wrong.
    const isAnswered = [evidence.core, evidence.issuer].some((place) => place && hasReply(place.asked));
    if (isAnswered) findings[0] = { ...(findings[0] as Finding), certainty: "likely" };
  }
  if (evidence.isSecureContext === false)
    add(
      "insecure_context",
      "The page is not a secure context: signing in needs WebCrypto, which is missing there.",
      "isSecureContext is false.",
      "Serve it by https, or from localhost.",
    );
  if (evidence.load) findings.push(unloaded(evidence.load));
  if (evidence.isStorageBlocked)
    add(
      "storage_blocked",
      "The browser lets the page store nothing, so a sign-in by redirect can't be finished.",
      "Writing to sessionStorage, or to the localStorage of the session, throws.",
      'Allow it for this site, or sign in by popup with storage: "memory".',
    );
  return findings;
}

/** The LoadError knows best; its message ends with its hint. */
function unloaded({ code, message, hint, httpStatus, cause }: NonNullable<Evidence["load"]>): Finding {
  const what = message.endsWith(hint) ? message.slice(0, message.length - hint.length).trim() : message;
  return {
    code: code === "blocked_by_csp" ? "blocked_by_csp" : "wasm_not_loading",
    certainty: "certain",
    message: "The SDK's wasm does not load.",
    evidence: [
      `LoadError ${code}: ${what}`,
      ...(httpStatus === undefined ? [] : [`Its server answered with HTTP ${httpStatus}.`]),
      ...(cause === undefined ? [] : [`The browser said: ${cause}`]),
    ],
    advice: hint || "Reload the page.",
  };
}
