// What a fault may say, and what goes together. A mistake is told in one line, so that no test passes because its fault
// never hit.

const http = ["status", "retryAfterSeconds", "body", "error", "errorDescription", "lose", "redirectTo"];
const tokenLike = [...http, "delayMs"];

/** Which fields make sense where. @type {Record<string, string[]>} */
const places = {
  token: tokenLike,
  "token.code": tokenLike,
  "token.refresh": tokenLike,
  revocation: tokenLike,
  userinfo: tokenLike,
  jwks: tokenLike,
  discovery: tokenLike,
  authorization: ["iss", "state", "error", "errorDescription", "delayMs"],
  idToken: ["claims", "signature", "alg", "kid"],
  core: ["status", "retryAfterSeconds", "body", "lose", "redirectTo", "grpcStatus", "grpcMessage", "delayMs"],
};

const anywhere = ["on", "times", "probability", "seed"];

/** @param {unknown} value */
const isText = (value) => typeof value === "string";
/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** @type {(least: number, most: number) => (value: unknown) => boolean} */
const whole = (least, most) => (value) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
/** @type {(least: number, most: number) => (value: unknown) => boolean} */
const between = (least, most) => (value) => typeof value === "number" && value >= least && value <= most;
/** @type {(...values: unknown[]) => (value: unknown) => boolean} */
const oneOf =
  (...values) =>
  (value) =>
    values.includes(value);

/** @type {Map<string, (value: unknown) => boolean>} */
const values = new Map(
  Object.entries({
    on: oneOf(...Object.keys(places)),
    times: (value) => value === "always" || whole(1, Number.MAX_SAFE_INTEGER)(value),
    probability: between(0, 1),
    seed: Number.isFinite,
    delayMs: between(0, 600_000),
    status: whole(200, 599),
    retryAfterSeconds: whole(0, 86_400),
    body: (value) => isText(value) || isObject(value),
    error: (value) => isText(value) && value !== "",
    errorDescription: isText,
    lose: oneOf("request", "reply"),
    redirectTo: (value) => typeof value === "string" && URL.canParse(value),
    iss: (value) => value === null || isText(value),
    state: isText,
    claims: isObject,
    signature: oneOf("broken"),
    alg: oneOf("none", "HS256", "ES256"),
    kid: (value) => value === null || isText(value),
    grpcStatus: whole(1, 16),
    grpcMessage: isText,
  }),
);

/**
 * @param {unknown} given
 * @returns {import("./faults.js").Fault}
 * @throws {TypeError}
 */
export function checkedFault(given) {
  if (!isObject(given)) throw new TypeError("a fault is an object");
  const fault = /** @type {Record<string, unknown>} */ ({ .../** @type {object} */ (given) });
  for (const [name, value] of Object.entries(fault)) {
    const isGood = values.get(name);
    if (!isGood) throw new TypeError(`a fault has no field ${name}`);
    if (!isGood(value)) throw new TypeError(`${name} can't be ${JSON.stringify(value)}`);
  }
  const fields = places[String(fault.on)];
  if (!fields) throw new TypeError(`on is missing: one of ${Object.keys(places).join(", ")}`);
  const said = Object.keys(fault).filter((name) => !anywhere.includes(name));
  const stray = said.find((name) => !fields.includes(name));
  if (stray !== undefined) throw new TypeError(`${stray} means nothing on ${fault.on}`);
  if (said.length === 0) throw new TypeError(`nothing is to go wrong: say one of ${fields.join(", ")}`);
  checkTogether(fault);
  return /** @type {import("./faults.js").Fault} */ (fault);
}

/** @param {Record<string, unknown>} fault */
function checkTogether(fault) {
  const has = (/** @type {string} */ name) => fault[name] !== undefined;
  const ways = ["error", "lose", "redirectTo", "grpcStatus"].filter(has);
  if (ways.length > 1) throw new TypeError(`${ways.join(" and ")} exclude each other`);
  const status = Number(fault.status ?? 0);
  if (has("status") && (has("lose") || has("grpcStatus"))) {
    throw new TypeError(`status and ${ways[0]} exclude each other`);
  }
  if (has("redirectTo") && has("status") && (status < 300 || status > 399)) {
    throw new TypeError("with redirectTo, status is 300 to 399");
  }
  if (has("error") && has("status") && status < 400) throw new TypeError("with error, status is 400 to 599");
  if (has("body") && (!has("status") || ways.length > 0)) throw new TypeError("body needs status alone");
  if (has("retryAfterSeconds") && !has("status")) throw new TypeError("retryAfterSeconds needs status");
  if (has("errorDescription") && !has("error")) throw new TypeError("errorDescription needs error");
  if (has("grpcMessage") && !has("grpcStatus")) throw new TypeError("grpcMessage needs grpcStatus");
}
