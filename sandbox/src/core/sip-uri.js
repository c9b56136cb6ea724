// What the operator takes as a PBX address: "sips:" and a DNS name, optionally with a port. TLS needs a name that
// a certificate can be issued for, so addresses are refused, and the core fills in the user part itself.

/**
 * @param {string} sipUri
 * @returns {string | undefined} why it is refused
 */
export function sipUriProblem(sipUri) {
  if (sipUri === "") return "sip_uri is missing";
  if (/^sip:/i.test(sipUri)) return "sip_uri must start with sips: because the core speaks SIP over TLS only";
  if (!/^sips:/i.test(sipUri)) return "sip_uri must start with sips:";
  const rest = sipUri.slice("sips:".length);
  if (rest.includes("@")) return "sip_uri must not have a user part";
  if (/[;?]/.test(rest)) return "sip_uri must not have parameters or headers";
  if (rest.startsWith("[")) return "sip_uri must name a host; an IP address is not accepted";
  const [host = "", port, ...more] = rest.split(":");
  if (more.length > 0) {
    return /^[0-9a-f:.]+$/i.test(rest)
      ? "sip_uri must name a host; an IP address is not accepted"
      : "sip_uri has more than one port";
  }
  return hostProblem(host) ?? portProblem(port);
}

/** @param {string} host */
function hostProblem(host) {
  const labels = host.replace(/\.$/, "").split(".");
  // A last label that is a number makes it an IPv4 address, in any of its spellings.
  if (/^(\d+|0x[0-9a-f]+)$/i.test(labels.at(-1) ?? ""))
    return "sip_uri must name a host; an IP address is not accepted";
  const wellFormed = labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
  return wellFormed && host.length <= 253 ? undefined : "sip_uri does not name a DNS host";
}

/** @param {string | undefined} port */
function portProblem(port) {
  if (port === undefined) return undefined;
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535
    ? undefined
    : "sip_uri has a port that is not 1 to 65535";
}
