// What is wrong with a reply.
import { isRedirected, type Place } from "./evidence.js";
import type { Finding } from "./finding.js";

const GRPC_WEB = /^application\/grpc-web(-text)?(\+proto)?\s*(;|$)/i;

/** @internal What is wrong with the core's reply. */
export function answers({ url, asked, isSameOrigin }: Place, hasServiceWorker = false): Finding[] {
  const { status, contentType = "", hasStatus } = asked;
  const { origin } = new URL(url);
  const said = `${url} answered with HTTP ${status}${contentType && `, ${contentType}`}.`;
  if (isRedirected(asked)) {
    return [
      {
        code: "redirected",
        certainty: "likely",
        message: `${origin} redirects calls, which are not followed: to the log-in page of a proxy in front of the API, or because baseUrl is not the API's own address.`,
        evidence: [status ? said : "The reply is a redirect."],
        advice:
          "Open baseUrl in a tab of its own. If a log-in page comes, let the proxy pass calls that bring a token; else set baseUrl to the API's own address.",
        alternatives: ["a log-in page", "http instead of https, or another host or path", "a captive portal"],
      },
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

/** @internal What is wrong with the provider's. */
export function issuerAnswers({ url, asked }: Place): Finding[] {
  const { status, issuer } = asked;
  if (isRedirected(asked)) {
    return [
      {
        code: "wrong_issuer",
        certainty: "likely",
        message: "The provider's document is not at the issuer: the request for it is redirected.",
        evidence: [`${url} answered with ${status ? `HTTP ${status}` : "a redirect"}.`],
        advice: "Set issuer to exactly what the provider calls itself.",
        alternatives: ["the log-in page of a proxy in front of the provider", "a captive portal"],
      },
    ];
  }
  if (status === undefined) return [];
  const wanted = url.replace(/\/\.well-known\/openid-configuration$/, "");
  const same = (address: string) => address.replace(/\/$/, "");
  if (issuer !== undefined && same(issuer) === same(wanted)) return [];
  const isDocument = issuer !== undefined;
  if (status >= 500 || [401, 403, 408, 429].includes(status)) {
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
      evidence: [isDocument ? `${url} says so.` : `${url} answered with HTTP ${status}.`],
      advice: "Set issuer to exactly what the provider calls itself.",
    },
  ];
}
