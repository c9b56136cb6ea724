// The command: reads its arguments, starts the sandbox, says where it is, and ends with it.
import { parseArgs } from "node:util";
import { defaults } from "./options.js";

const help = `Usage: sipbreakout-sandbox [options]

A local operator to try sipbreakout-web against: OpenID provider, vendor back end and SipBreakoutService.
It listens on 127.0.0.1 and keeps everything in memory.

  --port <port>              issuer, gRPC-Web, status page; 0 for any that is free (${defaults.port})
  --grpc-port <port>         native gRPC without TLS; 0 for any that is free (${defaults.grpcPort})
  --ttl <seconds>            how long a registration lives after its last upsert (${defaults.ttlSeconds})
  --token-ttl <seconds>      how long an access token lives (${defaults.tokenTtlSeconds})
  --refresh-grace <seconds>  how long a refresh token can be used again (${defaults.refreshGraceSeconds})
  --clock-offset <seconds>   how far the provider's clock is ahead; negative: behind (${defaults.clockOffsetSeconds})
  --dpop <how>               whether tokens are bound to a key: off, allowed or required (${defaults.dpop})
  --dpop-nonces              proofs must have a nonce
  --opener-policy <policy>   Cross-Origin-Opener-Policy of pages (${defaults.openerPolicy})
  --delete-missing <how>     what deleting nothing answers: ok or not-acceptable (${defaults.deleteMissing})
  --quiet                    no access log
  --help                     this text
`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
const known = {
  port: { type: "string" },
  "grpc-port": { type: "string" },
  ttl: { type: "string" },
  "token-ttl": { type: "string" },
  "refresh-grace": { type: "string" },
  "clock-offset": { type: "string" },
  dpop: { type: "string" },
  "dpop-nonces": { type: "boolean" },
  "opener-policy": { type: "string" },
  "delete-missing": { type: "string" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

/** A mistake in the arguments: told in one line, exit status 2. */
class UsageError extends Error {}

/** @param {string[]} args */
export async function runCommandLine(args) {
  try {
    const options = readArguments(args);
    if (options === "help") {
      process.stdout.write(help);
      return;
    }
    await run(options);
  } catch (error) {
    const usage = error instanceof UsageError;
    console.error(`sipbreakout-sandbox: ${error instanceof Error ? error.message : String(error)}`);
    if (usage) console.error("Try sipbreakout-sandbox --help");
    process.exitCode = usage ? 2 : 1;
  }
}

/**
 * @param {string[]} args
 * @returns {"help" | import("./options.js").SandboxOptions}
 */
function readArguments(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: known, strict: true }));
  } catch (error) {
    // Node's message goes on with advice about "--" after the first sentence.
    throw new UsageError(error instanceof Error ? error.message.split(". ")[0] : String(error));
  }
  if (values.help) return "help";
  const deleteMissing = values["delete-missing"] ?? defaults.deleteMissing;
  if (deleteMissing !== "ok" && deleteMissing !== "not-acceptable") {
    throw new UsageError("--delete-missing must be ok or not-acceptable");
  }
  const dpop = values.dpop ?? defaults.dpop;
  if (dpop !== "off" && dpop !== "allowed" && dpop !== "required") {
    throw new UsageError("--dpop must be off, allowed or required");
  }
  const openerPolicy = values["opener-policy"] ?? defaults.openerPolicy;
  if (
    openerPolicy !== "unsafe-none" &&
    openerPolicy !== "same-origin-allow-popups" &&
    openerPolicy !== "same-origin"
  ) {
    throw new UsageError("--opener-policy must be unsafe-none, same-origin-allow-popups or same-origin");
  }
  return {
    port: wholeNumber("--port", values.port, { least: 0, most: 65535, fallback: defaults.port }),
    grpcPort: wholeNumber("--grpc-port", values["grpc-port"], {
      least: 0,
      most: 65535,
      fallback: defaults.grpcPort,
    }),
    ttlSeconds: wholeNumber("--ttl", values.ttl, {
      least: 1,
      most: 31_536_000,
      fallback: defaults.ttlSeconds,
    }),
    tokenTtlSeconds: wholeNumber("--token-ttl", values["token-ttl"], {
      least: 1,
      most: 31_536_000,
      fallback: defaults.tokenTtlSeconds,
    }),
    refreshGraceSeconds: wholeNumber("--refresh-grace", values["refresh-grace"], {
      least: 0,
      most: 3600,
      fallback: defaults.refreshGraceSeconds,
    }),
    clockOffsetSeconds: wholeNumber("--clock-offset", values["clock-offset"], {
      least: -31_536_000,
      most: 31_536_000,
      fallback: defaults.clockOffsetSeconds,
    }),
    dpop,
    dpopNonces: values["dpop-nonces"] === true,
    openerPolicy,
    deleteMissing,
    // It may run for days, and nobody can ask it for them.
    collectSecrets: false,
    quiet: values.quiet === true,
  };
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {{ least: number, most: number, fallback: number }} bounds
 */
function wholeNumber(name, value, { least, most, fallback }) {
  if (value === undefined) return fallback;
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new UsageError(`${name} must be a whole number from ${least} to ${most}`);
  return number;
}

/** @param {import("./options.js").SandboxOptions} options */
async function run(options) {
  // Only now: help and mistakes are answered without loading the servers.
  const { startSandbox } = await import("./index.js");
  const sandbox = await startSandbox(options).catch((error) => {
    if (error?.code !== "EADDRINUSE") throw error;
    throw new Error(
      `port ${error.port} is taken; choose another with --port or --grpc-port, or 0 for any that is free`,
    );
  });
  console.log(`Status page            ${sandbox.url}/`);
  console.log(`Issuer and gRPC-Web    ${sandbox.url}`);
  console.log(`Native gRPC (h2c)      ${sandbox.grpcUrl}`);
  console.log(`Public client id       ${sandbox.clientId}`);
  console.log(
    `Client behind a gateway ${sandbox.mediatedClientId}, token endpoint ${sandbox.url}/vendor/oauth2/token`,
  );
  console.log(`Client token           POST ${sandbox.url}/vendor/token`);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    process.once(signal, () => {
      sandbox.close();
    });
  }
}
