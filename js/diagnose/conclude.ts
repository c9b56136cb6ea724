// From what was observed to what is wrong. Pure, so that every combination can be tested.
import type { Evidence, Place, Probe } from "./evidence.js";

/** What may be wrong. */
export type FindingCode =
  | "offline"
  | "insecure_context"
  | "mixed_content"
  | "blocked_by_csp"
  | "wasm_not_loading"
  | "storage_blocked"
  | "cors_refused"
  | "headers_not_exposed"
  | "no_grpc_web_proxy"
  | "redirected"
  | "server_error"
  | "unreachable"
  | "wrong_issuer"
  | "service_worker"
  | "clock_wrong";

/** One thing that is wrong, or probably wrong. */
export interface Finding {
  code: FindingCode;
  /** `certain` only where nothing else explains the evidence. */
  certainty: "certain" | "likely";
  /** What is wrong, for people. */
  message: string;
  /** What was observed. */
  evidence: string[];
  /** What to do. */
  advice: string;
  /** What a browser can't tell apart from it. */
  alternatives?: string[];
}

/** More than this is no matter of the network's pace. */
const WRONG_CLOCK_MS = 60_000;

const GRPC_WEB = /^application\/grpc-web(-text)?(\+proto)?\s*(;|$)/i;

/** All findings, the weightiest first; none when nothing seems wrong. */
export function conclude(evidence: Evidence): Finding[] {
  return [
    ...surroundings(evidence),
    ...(evidence.core ? reach(evidence.core, evidence) : []),
    ...(evidence.core ? answers(evidence.core, evidence.hasServiceWorker) : []),
    ...(evidence.issuer ? reach(evidence.issuer, evidence) : []),
    ...(evidence.issuer ? issuerAnswers(evidence.issuer) : []),
    ...clock(evidence),
  ];
}

function surroundings(evidence: Evidence): Finding[] {
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
  const { load } = evidence;
  if (load)
    add(
      load.code === "blocked_by_csp" ? "blocked_by_csp" : "wasm_not_loading",
      "The SDK's wasm does not load.",
      `LoadError ${load.code}: ${load.message}`,
      load.code === "blocked_by_csp"
        ? "Add 'wasm-unsafe-eval' to script-src."
        : "Do what the LoadError says.",
    );
  if (evidence.isStorageBlocked)
    add(
      "storage_blocked",
      "The browser lets the page store nothing, so a sign-in can't be finished.",
      "Writing to sessionStorage throws.",
      'Allow it for this site, or use storage: "memory" and no redirect.',
    );
  return findings;
}

const hasReply = ({ status, isRedirect, isOpaque }: Probe) => status !== undefined || isRedirect || isOpaque;

/** Why nothing, or nothing readable, comes back. */
function reach(place: Place, evidence: Evidence): Finding[] {
  const { url, asked, simple, blind, isSameOrigin } = place;
  const { origin, protocol } = new URL(url);
  if (hasReply(asked)) return [];
  const failed = `${url} gave no reply that this page may read${asked.isLate ? " in time" : ""}.`;
  const violation = evidence.violations.find(
    ({ directive, blocked }) =>
      directive === "connect-src" && URL.canParse(blocked) && new URL(blocked).origin === origin,
  );
  if (violation) {
    const observed = `securitypolicyviolation: connect-src blocked ${violation.blocked}.`;
    const message = `The page's Content-Security-Policy forbids requests to ${origin}.`;
    const advice = `Add ${origin} to connect-src.`;
    return [{ code: "blocked_by_csp", certainty: "certain", message, evidence: [failed, observed], advice }];
  }
  if (evidence.isHttpsPage && protocol === "http:" && !/^http:\/\/(localhost|127\.|\[::1\])/.test(origin)) {
    const message = `An https page may not call ${origin}.`;
    const observed = "The page is https, the address http.";
    const advice = "Serve the address by https.";
    return [{ code: "mixed_content", certainty: "certain", message, evidence: [failed, observed], advice }];
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

/** What is wrong with the core's reply. */
function answers({ url, asked, isSameOrigin }: Place, hasServiceWorker = false): Finding[] {
  const { status, contentType = "", isRedirect, hasStatus } = asked;
  const { origin } = new URL(url);
  const said = `${url} answered with HTTP ${status}${contentType && `, ${contentType}`}.`;
  if (isRedirect) {
    const advice = "Set baseUrl to where it redirects to.";
    const message = `${origin} redirects calls, which are not followed.`;
    return [
      { code: "redirected", certainty: "certain", message, evidence: ["The reply is a redirect."], advice },
    ];
  }
  if (status === undefined) return [];
  const proxy = (certainty: Finding["certainty"], message: string): Finding[] => {
    const advice =
      "Set baseUrl to the address of the gRPC-Web proxy (Envoy, for one), or put one before the service.";
    return [{ code: "no_grpc_web_proxy", certainty, message, evidence: [said], advice }];
  };
  if (/^application\/grpc(\+|;|\s|$)/i.test(contentType))
    return proxy("certain", "The server speaks native gRPC, which no browser can read.");
  const isGrpcWeb = GRPC_WEB.test(contentType);
  // What static servers give to a POST.
  if (status === 501 && !hasStatus) return proxy("likely", "What answers at baseUrl is no gRPC-Web.");
  if (status >= 500 && !hasStatus) {
    const message = "The server, or a proxy before it, is out of order.";
    const advice = "Try again later.";
    const finding: Finding = {
      code: "server_error",
      certainty: "certain",
      message,
      evidence: [said],
      advice,
    };
    const alternatives = ["a service worker, which answers in its stead"];
    return [hasServiceWorker ? { ...finding, certainty: "likely", alternatives } : finding];
  }
  if (asked.isBodyLate) return [];
  if (isGrpcWeb && !hasStatus && !isSameOrigin) {
    return [
      {
        code: "headers_not_exposed",
        certainty: "likely",
        message: `${origin} does not let this page see the status of its replies.`,
        evidence: [
          said,
          "There is no grpc-status behind the body, and none in the headers that can be read.",
        ],
        advice:
          "Send access-control-expose-headers: grpc-status, grpc-message, grpc-status-details-bin, retry-after.",
        alternatives: ["a server or proxy that sends no status"],
      },
    ];
  }
  // Gateways that want a token say so in their own words.
  if (isGrpcWeb || hasStatus || status === 401 || status === 403 || status === 429) return [];
  return proxy("likely", "What answers at baseUrl is no gRPC-Web.");
}

function issuerAnswers({ url, asked }: Place): Finding[] {
  const { status, isRedirect, issuer } = asked;
  if (status === undefined && !isRedirect) return [];
  const wanted = url.replace(/\/\.well-known\/openid-configuration$/, "");
  const same = (address: string) => address.replace(/\/$/, "");
  if (issuer !== undefined && same(issuer) === same(wanted)) return [];
  const isDocument = issuer !== undefined;
  if (status !== undefined && (status >= 500 || [401, 403, 408, 429].includes(status))) {
    const message = "The provider does not give out its document.";
    const evidence = [`${url} answered with HTTP ${status}.`];
    return [{ code: "server_error", certainty: "likely", message, evidence, advice: "Try again later." }];
  }
  return [
    {
      code: "wrong_issuer",
      certainty: "certain",
      message: isDocument
        ? `The provider calls itself ${issuer}.`
        : "There is no provider's document at the issuer.",
      evidence: [
        isDocument
          ? `${url} says so.`
          : `${url} answered with ${isRedirect ? "a redirect" : `HTTP ${status}`}.`,
      ],
      advice: "Set issuer to exactly what the provider calls itself.",
    },
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
