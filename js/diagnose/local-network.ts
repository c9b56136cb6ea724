// Pages of the internet that call addresses of this machine or of this network: some browsers ask the person first (Local
// Network Access).
import { peek } from "../given/read.js";
import { isLoopback } from "../loopback.js";
import type { Evidence, LocalAccess, Place } from "./evidence.js";
import type { Finding } from "./finding.js";

type Space = keyof LocalAccess;

/** The permission for each, in the order in which browsers came to know them. */
const PERMISSIONS: Record<Space, string[]> = {
  loopback: ["loopback-network", "local-network-access"],
  local: ["local-network", "local-network-access"],
};

const LOCAL_V4 =
  /^(0|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|198\.1[89])\.[\d.]+$/;
const LOCAL_V6 = /^\[(f[cd][\da-f]{2}|fe[89ab][\da-f]):/;

/** Of an address, as `URL` has normalized it; undefined for a name, which may be anywhere. */
function spaceOf(hostname: string): Space | undefined {
  if (isLoopback(hostname)) return "loopback";
  return LOCAL_V4.test(hostname) || LOCAL_V6.test(hostname) || hostname.endsWith(".local")
    ? "local"
    : undefined;
}

/** @internal The states of the permissions; undefined where the browser has none. */
export async function localAccess(): Promise<LocalAccess | undefined> {
  const [loopback, local] = await Promise.all([stateOf("loopback"), stateOf("local")]);
  return loopback || local ? { loopback, local } : undefined;
}

async function stateOf(space: Space): Promise<PermissionState | undefined> {
  for (const name of PERMISSIONS[space]) {
    try {
      const { state } = await globalThis.navigator.permissions.query({ name: name as PermissionName });
      return state;
    } catch {
      // It does not know this name.
    }
  }
  return undefined;
}

/** @internal The state for this address; undefined where none is asked for: the page is as near as the address. */
export function accessTo(hostname: string, { access, pageHost }: Evidence): PermissionState | undefined {
  const space = spaceOf(hostname);
  const own = pageHost === undefined ? undefined : spaceOf(pageHost);
  return space && own !== "loopback" && own !== space ? (peek(access, space) as PermissionState) : undefined;
}

/** @internal Whether the permission lets an https page call this address by http, too. */
export function isExempt(hostname: string, evidence: Evidence): boolean {
  return accessTo(hostname, evidence) === "granted";
}

/** @internal Whether it would be refused, should this name lead to an address of this network. */
export function isAccessDenied(hostname: string, { access }: Evidence): boolean {
  return spaceOf(hostname) === undefined && (access?.local === "denied" || access?.loopback === "denied");
}

/** @internal What the browser keeps from a page of the internet. */
export function localNetwork({ url, asked }: Place, evidence: Evidence): Finding | undefined {
  const { origin, hostname } = new URL(url);
  const state = accessTo(hostname, evidence);
  const isWaiting = state === "prompt" && asked.isLate;
  if (state !== "denied" && !isWaiting) return undefined;
  const where = spaceOf(hostname) === "loopback" ? "on this machine" : "in the local network";
  const isAsking = evidence.isSecureContext !== false;
  return {
    code: "local_network_access",
    certainty: "likely",
    message: isWaiting
      ? `The browser asks whether this page may call ${origin}, which is ${where}.`
      : `The browser does not let this page call ${origin}, which is ${where}.`,
    evidence: [`The permission for local network access is "${state}".`],
    advice: isAsking
      ? 'Allow it in the site\'s settings of the browser; a frame also needs allow="local-network; loopback-network". Or serve page and address from the same network.'
      : "Serve the page by https: only then does the browser ask for the permission. Or serve page and address from the same network.",
    alternatives: ["nobody answers there", "the page itself comes from that network"],
  };
}
