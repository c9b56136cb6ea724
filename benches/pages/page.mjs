// What all pages have in common: where the core is, a supplied token, one registration, and the first call.

export const baseUrl = document.documentElement.dataset.api;

/** The same for all. A call may take as long as our own default allows. */
export const timeoutMs = 30_000;
export const sipUri = "sips:pbx.example.com:5061";

/** As a vendor's back end would supply it; here without waiting for a network. */
export async function getToken() {
  return "bench-0123456789abcdef0123456789abcdef01234567";
}

/** For settings of the OAuth libraries. Nobody signs in. */
export const provider = {
  issuer: "https://id.example.com",
  host: "id.example.com",
  clientId: "console",
  redirectUri: `${location.origin}/callback`,
};

/**
 * `upsert(phoneNumber)` resolves to the time to live in seconds, `remove(phoneNumber)` to nothing; both reject unless the
 * core says OK. The first upsert is made at once, and its time is what a person waits for.
 */
export async function start(calls) {
  globalThis.calls = calls;
  try {
    const seconds = await calls.upsert("+4799900001");
    globalThis.reportFirst?.(JSON.stringify({ ms: performance.now(), seconds }));
  } catch (error) {
    globalThis.reportFirst?.(JSON.stringify({ error: String(error) }));
  }
}
