// Ten thousand kept by one page, with a client token and a scripted core that answers at once. The clock can be put forward, as
// after a sleep. `window.idle` does what the test says.
let sleptMs = 0;
const wallClock = Date.now;
Date.now = () => wallClock() + sleptMs;

const { createClient } = await import("/dist/index.js");

const numberOf = (index) => `+4799${String(index).padStart(6, "0")}`;
const decoder = new TextDecoder();
const trailers = [0x80, 0, 0, 0, 16, ...new TextEncoder().encode("grpc-status: 0\r\n")];
/** Different ones, so that there is an order in which they end: 3600 to 3950 s, in no order of the numbers. */
const ttlOf = (index) => 3600 + ((index * 7919) % 351);

/** An UpsertRegistrationResponse with OK and a time to live. */
function reply(ttl) {
  const bytes = [8, 1, 26, 3, 8, (ttl & 0x7f) | 0x80, ttl >> 7];
  return Uint8Array.of(0, 0, 0, 0, bytes.length, ...bytes, ...trailers);
}

let calls = [];
let client;
const headers = { "content-type": "application/grpc-web+proto" };

window.idle = {
  /** Keeps so many, at most so many in a second. */
  begin(count, maxPerSecond) {
    client?.close();
    calls = [];
    client = createClient({
      baseUrl: "https://api.example.com",
      accessToken: () => ({ token: "a-client-token", expiresAt: Date.now() + 36_000_000 }),
      keeping: { maxPerSecond },
      fetch: async (_, { body }) => {
        const index = Number(/\+4799(\d{6})/.exec(decoder.decode(body))[1]);
        calls.push({ index, at: performance.now(), ttl: ttlOf(index) });
        return new Response(reply(ttlOf(index)), { headers });
      },
    });
    for (let index = 0; index < count; index += 1) {
      client.keepRegistered({
        sipUri: "sips:pbx.example.com",
        routeType: "LOOP",
        phoneNumber: numberOf(index),
      });
    }
  },
  registered: () => client.keepers.filter(({ state }) => state === "registered").length,
  count: () => calls.length,
  /** The machine slept for so long: nobody ran, and then the page is shown. Returns when each ended, by the page's clock. */
  sleep(ms) {
    const ends = calls.map(({ index, at, ttl }) => [index, at + ttl * 1000]);
    sleptMs += ms;
    calls = [];
    document.dispatchEvent(new Event("visibilitychange"));
    return ends;
  },
  calls: () => calls,
};
