// The bytes of a `data:` address, without `fetch`: a Content-Security-Policy would ask for `data:` in connect-src. It is loaded for
// such an address alone, so it imports nothing that pages need otherwise: a bundler would divide their code for it.

/** @internal Throws for what has no comma, or is not base64. */
export function bytesOfDataUrl({ href, hash }: URL): Uint8Array<ArrayBuffer> {
  const text = href.slice("data:".length, href.length - hash.length);
  const comma = text.indexOf(",");
  const body = percentDecoded(text.slice(comma + 1));
  if (comma < 0) throw new SyntaxError("There is no comma.");
  return bytesOf(/;\s*base64\s*$/i.test(text.slice(0, comma)) ? atob(body) : body);
}

/** A letter for each byte. `URL` has escaped all that is not ASCII. */
function percentDecoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

function bytesOf(letters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
