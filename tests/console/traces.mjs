// Everything that a walk left behind, by place, and the search for secrets in it.

/** Where the session belongs, and the record of a sign-in that is under way: its verifier. */
export const sessionKey = "sipbreakout/session/";
const signInKey = "sipbreakout/sign-in/";

/** What of a secret is looked for: the whole, its beginning and end, and as it looks in an address or in base64. */
function needlesOf(secret) {
  // The head of a JWT is the same in all of them and no secret.
  const parts = secret.split(".").length === 3 ? secret.split(".").slice(1) : [secret];
  const fragments = parts.flatMap((part) =>
    part.length < 40 ? [part] : [part.slice(0, 20), part.slice(-20)],
  );
  const base64 = Buffer.from(secret).toString("base64").slice(0, 32);
  return [secret, encodeURIComponent(secret), base64, ...fragments];
}

export class Traces {
  #texts = [];

  /** Keeps what was found at a place: a text, or anything that JSON can write. */
  add(place, found) {
    this.#texts.push({ place, text: typeof found === "string" ? found : (JSON.stringify(found) ?? "") });
  }

  /** How much there is of each place, to show that the search had something to search. */
  sizes() {
    const sizes = {};
    for (const { place, text } of this.#texts) sizes[place] = (sizes[place] ?? 0) + text.length;
    return sizes;
  }

  /** The places that hold one of the secrets (name → value). Names only: a failure must not print what leaked. */
  search(secrets) {
    const leaks = new Set();
    for (const [name, secret] of secrets) {
      const needles = needlesOf(secret);
      for (const { place, text } of this.#texts) {
        if (needles.some((needle) => text.includes(needle))) leaks.add(`${name} in ${place}`);
      }
    }
    return [...leaks].sort();
  }
}

/** What the page at hand shows and keeps, everything unfolded; the session in `localStorage` is not among it. */
export async function addPage(traces, browser) {
  const page = await browser.evaluate(
    `for (const details of document.querySelectorAll("details")) details.open = true;
    return {
      "page text": document.body.innerText,
      "page source": document.documentElement.outerHTML,
      "form fields": [...document.querySelectorAll("input")].map(({ value }) => value),
      "address": location.href,
      "title": document.title,
      "referrer": document.referrer,
      "history state": JSON.stringify(history.state),
      "history entries": globalThis.navigation?.entries().map(({ url }) => url) ?? [],
      "resources": performance.getEntriesByType("resource").map(({ name }) => name),
      "localStorage": JSON.stringify(
        Object.entries({ ...localStorage }).filter(([key]) => !key.startsWith(arguments[0])),
      ),
      "sessionStorage": JSON.stringify(
        Object.entries({ ...sessionStorage }).filter(([key]) => !key.startsWith(arguments[1])),
      ),
      "cookies": document.cookie,
    };`,
    sessionKey,
    signInKey,
  );
  for (const [place, found] of Object.entries(page)) traces.add(place, found);
}
