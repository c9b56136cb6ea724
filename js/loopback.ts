// Which hosts are this machine, and which addresses may be asked. What the SDK accepts by http is the same in `src/url.rs`.

/** @internal Whether a host name, as `URL` has normalized it, is a loopback host (RFC 8252, section 8.3). */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** @internal https, or http on this machine. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
