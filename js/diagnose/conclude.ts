// From what was observed to what is wrong. Pure, so that every combination can be tested.
import { answers, issuerAnswers } from "./answers.js";
import type { Evidence } from "./evidence.js";
import type { Finding } from "./finding.js";
import { reach } from "./reach.js";
import { surroundings } from "./surroundings.js";
import { tokenAnswers } from "./token-endpoint.js";

/** More than this is no matter of the network's pace. */
const WRONG_CLOCK_MS = 60_000;

/** All findings, the weightiest first; none when nothing seems wrong. */
export function conclude(evidence: Evidence): Finding[] {
  return [
    ...surroundings(evidence),
    ...(evidence.core ? reach(evidence.core, evidence) : []),
    ...(evidence.core ? answers(evidence.core, evidence.hasServiceWorker) : []),
    ...(evidence.issuer ? reach(evidence.issuer, evidence) : []),
    ...(evidence.issuer ? issuerAnswers(evidence.issuer) : []),
    ...tokenAnswers(evidence),
    ...clock(evidence),
  ];
}

function clock({ core, issuer }: Evidence): Finding[] {
  const skews = [core?.asked.skewMs, issuer?.asked.skewMs].filter((skew) => skew !== undefined);
  const wrong = skews.filter((skew) => Math.abs(skew) > WRONG_CLOCK_MS);
  const [first] = wrong;
  if (first === undefined || wrong.length < skews.length) return [];
  // Two servers that agree against this clock are right; two addresses of one machine are one clock.
  const hosts = new Set([core, issuer].map((place) => place && new URL(place.url).host));
  const isAgreed =
    wrong.length > 1 && hosts.size > 1 && wrong.every((skew) => Math.abs(skew - first) < 30_000);
  const seconds = Math.round(Math.abs(first) / 1000);
  const direction = first > 0 ? "ahead" : "behind";
  return [
    {
      code: "clock_wrong",
      certainty: isAgreed ? "certain" : "likely",
      message: `This machine's clock is about ${seconds} seconds ${direction}.`,
      evidence: [`The date of ${wrong.length > 1 ? "both servers' replies" : "the server's reply"} says so.`],
      advice: "Set the clock: tokens are judged by it.",
      ...(isAgreed ? {} : { alternatives: ["a server whose clock is wrong"] }),
    },
  ];
}
