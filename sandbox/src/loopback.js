// Everything in the sandbox is for this machine only: host names, origins, redirect URIs and post-logout URIs.

const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * An http URL on this machine, any port and path, without user info and fragment.
 * @param {string} value
 */
export function isLoopbackUrl(value) {
  const url = URL.parse(value);
  return (
    url !== null &&
    url.protocol === "http:" &&
    loopbackHosts.has(url.hostname) &&
    url.username === "" &&
    url.password === "" &&
    !value.includes("#")
  );
}

const loopbackHost = /^(127\.0\.0\.1|([a-z0-9-]+\.)*localhost|\[::1\])(:\d{1,5})?$/i;

/**
 * A `Host` header, or an HTTP/2 authority, that names this machine, with any port. Another one comes from a page whose
 * own name was made to point here (DNS rebinding): to its browser it would be of one origin with the sandbox.
 * @param {string | undefined} host
 */
export function isLoopbackHost(host) {
  return host !== undefined && loopbackHost.test(host);
}

/**
 * An `Origin` header of a page on this machine, over http or https.
 * @param {string | undefined} origin
 */
export function isLoopbackOrigin(origin) {
  if (origin === undefined) return false;
  const url = URL.parse(origin);
  return (
    url !== null && url.origin === origin && /^https?:$/.test(url.protocol) && loopbackHosts.has(url.hostname)
  );
}
