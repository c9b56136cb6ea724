// A local operator: OpenID provider, a vendor's back end and SipBreakoutService, on loopback.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createControlHandler } from "./control.js";
import { createControls } from "./controls.js";
import { CallLog } from "./core/call-log.js";
import { createCoreHandlers } from "./core/handlers.js";
import { Nonces } from "./core/nonces.js";
import { Proofs } from "./core/proof.js";
import { Registrations } from "./core/registrations.js";
import { apiScopes } from "./core/scopes.js";
import { createAlterations } from "./faults/alter.js";
import { Faults } from "./faults/faults.js";
import { withFaults } from "./faults/inject.js";
import { createGateway } from "./gateway.js";
import { AccessLog } from "./http/access-log.js";
import { closer, listen } from "./http/listen.js";
import { forOwnHost } from "./http/own-host.js";
import { answering, createRouter } from "./http/route.js";
import { consoleClientId, mediatedClientId } from "./identity/clients.js";
import { createConsentRevocation } from "./identity/consent-revocation.js";
import { Consents } from "./identity/consents.js";
import { IdTokens } from "./identity/id-tokens.js";
import { createInteractionHandler } from "./identity/interactions.js";
import { createProvider } from "./identity/provider.js";
import { createSigningKey } from "./identity/signing-key.js";
import { Storage } from "./identity/storage.js";
import { TokenLog } from "./identity/token-log.js";
import { collectIssuedSecrets, createTokenLookup } from "./identity/tokens.js";
import { readOptions } from "./options.js";
import { createStatusHandlers } from "./status.js";
import { createVendorTokenHandler } from "./vendor.js";

/** @typedef {import("./options.js").SandboxOptions} SandboxOptions */
/** @typedef {import("./core/registrations.js").RegistrationRecord} RegistrationRecord */
/** @typedef {import("./faults/faults.js").Fault} Fault */

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
 * @property {string} mediatedClientId of the confidential client, whose token endpoint is the gateway `/vendor/oauth2/token`
 * @property {(faults: Fault | Fault[]) => void} arm makes something go wrong
 * @property {() => void} disarm ends every fault
 * @property {() => import("./faults/faults.js").ArmedFault[]} faults what is armed still, each with its `hits`
 * @property {(changes: import("./settings.js").Changes) => void} configure changes settings
 * @property {(who: { phoneNumber: string, clientId?: string }) => void} revokeConsent forgets what a number has agreed to
 *   and ends its grants, of one client or of all
 * @property {(call: import("./calls/request.js").CallRequest) => import("./calls/place.js").Call} placeCall how a call would go
 *   by what is registered now
 * @property {import("./identity/token-log.js").TokenLogEntry[]} tokenLog what the token endpoint did, without any token
 * @property {import("./core/call-log.js").CallLogEntry[]} callLog what the core was asked over gRPC-Web and did, without any token
 * @property {() => Promise<void>} close ends it at once, open connections included
 */

/**
 * @param {SandboxOptions} [options]
 * @returns {Promise<Sandbox>}
 */
export async function startSandbox(options = {}) {
  const { port, grpcPort, deleteMissing, collectSecrets, quiet, ...settings } = readOptions(options);
  const signingKey = await createSigningKey();
  const vendorSecret = randomBytes(24).toString("hex");
  const mediatedSecret = randomBytes(24).toString("hex");
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
    const registrations = new Registrations(settings);
    const consents = new Consents();
    const storage = new Storage(settings);
    const provider = createProvider({
      issuer,
      apiScopes,
      settings,
      storage,
      signingKey,
      vendorSecret,
      mediatedSecret,
      consents,
    });
    const lookUp = createTokenLookup(provider);
    const issuedSecrets = collectSecrets ? collectIssuedSecrets(provider) : undefined;
    const nonces = new Nonces();
    const proofs = new Proofs(settings, nonces);
    const callLog = new CallLog();
    const core = createCoreHandlers({ registrations, deleteMissing }, lookUp, log, proofs, callLog);
    const [faults, tokenLog, idTokens] = [new Faults(), new TokenLog(), new IdTokens(settings, signingKey)];
    const misbehavior = { faults, tokenLog, idTokens, settings, nonces, issuedSecrets };
    provider.use(createAlterations(misbehavior));
    const controls = createControls({ ...misbehavior, consents, storage, registrations });
    const consentRevocation = createConsentRevocation(issuer, controls.revokeConsent);
    const router = createRouter({
      identity: provider.callback(),
      interaction: createInteractionHandler(provider, consents),
      grpcWeb: core.grpcWeb,
      vendorToken: createVendorTokenHandler({ issuer, vendorSecret, apiScopes }),
      gateway: createGateway({ issuer, mediatedSecret }),
      consentLink: consentRevocation.link,
      consentPage: consentRevocation.page,
      control: createControlHandler(controls, tokenLog),
      status: createStatusHandlers({ registrations, settings, issuer, grpcUrl }),
    });
    const route = forOwnHost(answering(withFaults(misbehavior, router)));
    const grpc = forOwnHost(core.grpc);
    server.on("request", (req, res) => {
      log.record(req, res);
      callLog.begin(req, res);
      // Heeded where the answer is a page.
      const { openerPolicy } = settings;
      if (openerPolicy !== "unsafe-none") res.setHeader("cross-origin-opener-policy", openerPolicy);
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
      mediatedClientId,
      ...controls,
      tokenLog: tokenLog.entries,
      callLog: callLog.entries,
      registrations: () => registrations.list(),
      requests: log.entries,
      issuedSecrets: issuedSecrets ?? new Set(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
