// What a test can do to a running sandbox, from its own process or over HTTP.
import { createCalls } from "./calls/place.js";
import { consoleClientId, mediatedClientId } from "./identity/clients.js";
import { isOwnNumber } from "./numbers.js";
import { configure } from "./settings.js";

const clientIds = [consoleClientId, mediatedClientId];

/** @typedef {Pick<import("./index.js").Sandbox, "arm" | "disarm" | "faults" | "configure" | "revokeConsent" | "placeCall">} Controls */

/**
 * @param {{ faults: import("./faults/faults.js").Faults, idTokens: import("./identity/id-tokens.js").IdTokens,
 *   settings: import("./settings.js").Settings, consents: import("./identity/consents.js").Consents,
 *   storage: import("./identity/storage.js").Storage, registrations: import("./core/registrations.js").Registrations }} parts
 * @returns {Controls}
 */
export function createControls({ faults, idTokens, settings, consents, storage, registrations }) {
  const placeCall = createCalls(registrations);
  return {
    arm: (wanted) => faults.arm(wanted),
    disarm: () => faults.disarm(),
    faults: () => faults.list(),
    configure(wanted) {
      checkObject(wanted, "settings");
      const { rotateKeys, ...changes } = wanted;
      if ("rotateKeys" in wanted && rotateKeys !== true) throw new TypeError("rotateKeys must be true");
      configure(settings, changes);
      if (rotateKeys) idTokens.rotateKeys();
    },
    revokeConsent(who) {
      checkObject(who, "what to revoke");
      const { phoneNumber, clientId, ...rest } = who;
      const [stray] = Object.keys(rest);
      if (stray !== undefined) throw new TypeError(`there is no field ${stray}`);
      if (typeof phoneNumber !== "string" || !isOwnNumber(phoneNumber)) {
        throw new TypeError("phoneNumber must be a number of this operator");
      }
      if (clientId !== undefined && !clientIds.includes(clientId)) {
        throw new TypeError(`clientId must be one of ${clientIds.join(", ")}`);
      }
      consents.forget(phoneNumber, clientId);
      storage.revokeGrants(phoneNumber, clientId);
    },
    placeCall(call) {
      checkObject(call, "the call");
      return placeCall(call);
    },
  };
}

/**
 * @param {unknown} value
 * @param {string} what
 */
function checkObject(value, what) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object`);
  }
}
