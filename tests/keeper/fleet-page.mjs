// A fleet of many numbers from a generator, with a client token and a scripted core that answers at once: nothing but the package
// decides how long a task is. `window.work` says what is done here; a test calls it, and reads `window.report`.
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const instance = await instantiate(...given);
  memories.push(instance.exports.memory);
  return instance;
};
const wasmBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

const { createClient } = await import("../../dist/index.js");

const REFUSED_EVERY = 100;
const numberOf = (index) => `+4799${String(index).padStart(6, "0")}`;
const requestOf = (index, invalidEvery) => ({
  sipUri: index % invalidEvery === 0 ? "sip:pbx.example.com" : "sips:pbx.example.com",
  routeType: "LOOP",
  phoneNumber: numberOf(index),
});

const head = [0, 0, 0, 0, 7, 8, 1, 26, 3, 8, 0xac, 2, 0x80, 0, 0, 0, 16];
const good = Uint8Array.of(...head, ...new TextEncoder().encode("grpc-status: 0\r\n"));
const refused = Uint8Array.of(0x80, 0, 0, 0, 16, ...new TextEncoder().encode("grpc-status: 7\r\n"));
const headers = { "content-type": "application/grpc-web+proto" };
const decoder = new TextDecoder();

/** A client of a core that keeps what it was sent in `sent`. */
function scripted({ sent, waitMs } = {}) {
  let tokens = 0;
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: async () => {
      tokens += 1;
      return { token: "a-client-token", expiresAt: Date.now() + 3_600_000 };
    },
    fetch: async (_, { body, signal }) => {
      const number = Number(/\+4799(\d{6})/.exec(decoder.decode(body))[1]);
      sent?.add(number);
      // Some answers take their time, so that there are calls under way at every moment.
      if (waitMs && number % 50 === 0) {
        await new Promise((resolve, reject) => {
          setTimeout(resolve, waitMs);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      }
      return new Response(number % REFUSED_EVERY === 2 ? refused : good, { headers });
    },
  });
  return { client, tokenCount: () => tokens };
}

/** Long tasks, and long runs of the package's scripts as far as the browser attributes them. */
function watch() {
  const seen = { tasks: [], scripts: [], longestWaitMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.entryType === "longtask") seen.tasks.push({ at: entry.startTime, ms: entry.duration });
      for (const script of entry.scripts ?? []) {
        const { duration, sourceURL, invoker } = script;
        seen.scripts.push({ at: script.startTime, ms: duration, sourceURL, invoker });
      }
    }
  });
  observer.observe({ type: "longtask" });
  observer.observe({ type: "long-animation-frame" });
  // What somebody who clicks would wait.
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    seen.longestWaitMs = Math.max(seen.longestWaitMs, now - last);
    last = now;
  }, 10);
  return {
    seen,
    /** Measuring takes its time; that is not the fleet's. */
    forgive: () => {
      last = performance.now();
    },
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, 200));
      clearInterval(beat);
      observer.disconnect();
    },
  };
}

/** Stops until the test has measured. */
const pause = (name) =>
  new Promise((resolve) => {
    window.proceed = () => {
      window.checkpoint = undefined;
      resolve();
    };
    window.checkpoint = { name, wasmBytes: wasmBytes() };
  });

function* generated(count, invalidEvery, asked = { count: 0 }) {
  for (let index = 0; index < count; index += 1) {
    asked.count += 1;
    yield requestOf(index, invalidEvery);
  }
}

const tasks = {
  /** The whole fleet, with stops where memory is measured. */
  async whole({ count, invalidEvery, stops, concurrency }) {
    const { client, tokenCount } = scripted();
    const watched = watch();
    const statuses = {};
    const pauses = [];
    let progressCalls = 0;
    let read = 0;
    let pausedMs = 0;
    const started = performance.now();
    for await (const { status } of client.upsertRegistrations(generated(count, invalidEvery), {
      concurrency,
      onProgress: () => {
        progressCalls += 1;
      },
    })) {
      statuses[status] = (statuses[status] ?? 0) + 1;
      read += 1;
      if (stops.includes(read)) {
        const from = performance.now();
        await pause(`${read}`);
        watched.forgive();
        const to = performance.now();
        pauses.push([from, to]);
        pausedMs += to - from;
      }
    }
    const tookMs = performance.now() - started - pausedMs;
    await watched.stop();
    const isOurs = ({ at, ms }) => pauses.every(([from, to]) => at + ms < from || at > to);
    return {
      statuses,
      tookMs,
      progressCalls,
      tokens: tokenCount(),
      timeOrigin: performance.timeOrigin,
      longestWaitMs: watched.seen.longestWaitMs,
      tasks: watched.seen.tasks.filter(isOurs),
      scripts: watched.seen.scripts.filter(isOurs),
    };
  },

  /** Aborted at these moments, each time gone on with, to the end. */
  async aborted({ count, abortAfterMs, concurrency }) {
    const asked = { count: 0 };
    const invalidEvery = 1000;
    const source = generated(count, invalidEvery, asked);
    const done = new Map();
    const problems = [];
    const aborts = [];
    let undone = [];
    for (const ms of [...abortAfterMs, undefined]) {
      const sent = new Set();
      const { client } = scripted({ sent, waitMs: 5 });
      const controller = new AbortController();
      const given = { count: 0 };
      const before = undone;
      undone = [];
      const left = before.values();
      // Not a generator around the source: it would be closed with the fleet.
      const requests = {
        [Symbol.iterator]: () => ({
          next() {
            let next = left.next();
            if (next.done) next = source.next();
            if (!next.done) given.count += 1;
            return next;
          },
        }),
      };
      const timer = ms && setTimeout(() => controller.abort(), ms);
      const indexes = new Set();
      const counts = { ok: 0, failed: 0, unknown: 0, notSent: 0 };
      let thrown;
      try {
        for await (const result of client.upsertRegistrations(requests, {
          signal: controller.signal,
          concurrency,
        })) {
          const { index, request, status } = result;
          if (indexes.has(index)) problems.push(`${index} twice`);
          indexes.add(index);
          counts[status] += 1;
          const number = Number(request.phoneNumber.slice(5));
          if (status === "ok" || status === "failed") {
            if (done.has(number)) problems.push(`${number} done twice`);
            done.set(number, status);
          } else undone.push(request);
          if (status === "notSent" && sent.has(number)) problems.push(`${number} was sent`);
          if (status !== "notSent" && number % invalidEvery !== 0 && !sent.has(number))
            problems.push(`${number} is ${status} and was not sent`);
        }
      } catch (error) {
        thrown = error.code ?? String(error);
      }
      clearTimeout(timer);
      if (indexes.size !== given.count) problems.push(`${given.count} taken, ${indexes.size} results`);
      for (const number of sent) {
        if (!done.has(number) && undone.every(({ phoneNumber }) => phoneNumber !== numberOf(number)))
          problems.push(`${number} was sent and has no result`);
      }
      aborts.push({ ms, taken: given.count, ...counts, thrown, unread: undone.length });
    }
    const failed = [...done.values()].filter((status) => status === "failed").length;
    return { aborts, problems: problems.slice(0, 20), asked: asked.count, done: done.size, failed };
  },
};

window.work = (name, options) => {
  window.report = undefined;
  tasks[name](options).then(
    (report) => {
      window.report = report;
    },
    (error) => {
      window.report = { error: String(error?.stack ?? error) };
    },
  );
};
