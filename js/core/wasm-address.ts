// What the wasm's address tells of why it is not there.

/** @internal */
export type IsLoopback = (hostname: string) => boolean;

/** @internal Vite's development server, by its paths or its usual port. */
export function isOfViteServer({ hostname, port, pathname }: URL, isLoopback: IsLoopback): boolean {
  return (
    /\/@(vite|fs|id)\/|\/node_modules\/\.vite\//.test(pathname) || (isLoopback(hostname) && port === "5173")
  );
}

/** @internal Whether a bundler put a hash of the content into the file's name, so that each deploy gives it another. */
export function hasContentHash({ pathname }: URL): boolean {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1).replace(/\.wasm$/, "");
  return /(^|[-._])(?=[\w-]*[A-Z\d])[\w-]{8,}$/.test(name);
}

/** @internal The origin of what a request would ask, and how `connect-src` names it for this page. */
export function askedOrigin({ protocol, origin }: URL): { origin: string; inPolicy: string; isOwn: boolean } {
  if (!/^https?:$/.test(protocol)) return { origin: protocol, inPolicy: protocol, isOwn: false };
  const isOwn = origin === globalThis.location?.origin;
  return { origin, inPolicy: isOwn ? "'self'" : origin, isOwn };
}
