// A local operator: OpenID provider, a vendor's back end and SipBreakoutService, on loopback.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createCoreHandlers } from "./core/handlers.js";
import { Registrations } from "./core/registrations.js";
import { apiScopes } from "./core/scopes.js";
import { AccessLog } from "./http/access-log.js";
import { closer, listen } from "./http/listen.js";
import { forOwnHost } from "./http/own-host.js";
import { createRouter } from "./http/route.js";
import { consoleClientId } from "./identity/clients.js";
import { Consents } from "./identity/consents.js";
import { createInteractionHandler } from "./identity/interactions.js";
import { createProvider } from "./identity/provider.js";
import { createSigningKey } from "./identity/signing-key.js";
import { collectIssuedSecrets, createTokenLookup } from "./identity/tokens.js";
import { readOptions } from "./options.js";
import { createStatusHandlers } from "./status.js";
import { createVendorTokenHandler } from "./vendor.js";

/** @typedef {import("./options.js").SandboxOptions} SandboxOptions */
/** @typedef {import("./core/registrations.js").RegistrationRecord} RegistrationRecord */

/**
 * @typedef {object} AccessLogEntry
 * @property {string} time when the request came, ISO
 * @property {string} method
 * @property {string} path without the query; the id of a sign-in under way is left out too
 * @property {number} status 0 while the request is being answered
 * @property {string} [origin] the Origin header
 * @property {number} [grpcStatus] the gRPC status of a call that reached a method
 */

/**
 * @typedef {object} Sandbox
 * @property {string} url of everything on HTTP/1.1: status page, gRPC-Web, vendor token
 * @property {string} issuer of the OpenID provider; the same address
 * @property {string} grpcUrl of native gRPC
 * @property {string} clientId of the public client
 * @property {() => RegistrationRecord[]} registrations what is registered now
 * @property {AccessLogEntry[]} requests what has been asked so far, without secrets
 * @property {Set<string>} issuedSecrets every token and code handed out, for tests that search for leaks; empty with
 *   `collectSecrets: false`
 * @property {() => Promise<void>} close ends it at once, open connections included
 */

/**
 * @param {SandboxOptions} [options]
 * @returns {Promise<Sandbox>}
 */
export async function startSandbox(options = {}) {
  const {
    port,
    grpcPort,
    ttlSeconds,
    tokenTtlSeconds,
    refreshGraceSeconds,
    deleteMissing,
    collectSecrets,
    quiet,
  } = readOptions(options);
  const signingKey = await createSigningKey();
  const vendorSecret = randomBytes(24).toString("base64url");
  const server = createServer();
  const grpcServer = createHttp2Server();
  const closers = [closer(server), closer(grpcServer)];
  const close = async () => {
    await Promise.all(closers.map((closeServer) => closeServer()));
  };

  try {
    const issuer = await listen(server, port);
    const grpcUrl = await listen(grpcServer, grpcPort);

    const log = new AccessLog({ quiet });
    const registrations = new Registrations(ttlSeconds);
    const consents = new Consents();
    const provider = createProvider({
      issuer,
      apiScopes,
      tokenTtlSeconds,
      refreshGraceSeconds,
      signingKey,
      vendorSecret,
      consents,
    });
    const core = createCoreHandlers({ registrations, deleteMissing }, createTokenLookup(provider), log);
    const router = createRouter({
      identity: provider.callback(),
      interaction: createInteractionHandler(provider, consents),
      grpcWeb: core.grpcWeb,
      vendorToken: createVendorTokenHandler({ issuer, vendorSecret, apiScopes }),
      status: createStatusHandlers({ registrations, ttlSeconds, issuer, grpcUrl }),
    });
    const route = forOwnHost(router);
    const grpc = forOwnHost(core.grpc);
    server.on("request", (req, res) => {
      log.record(req, res);
      route(req, res);
    });
    grpcServer.on("request", (req, res) => {
      log.record(req, res);
      grpc(req, res);
    });

    return {
      url: issuer,
      issuer,
      grpcUrl,
      clientId: consoleClientId,
      registrations: () => registrations.list(),
      requests: log.entries,
      issuedSecrets: collectSecrets ? collectIssuedSecrets(provider) : new Set(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
