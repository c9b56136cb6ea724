// connect-web for the cases' page. Bundled by build.mjs, because a page resolves no package names.
import { Code, ConnectError, createClient as createConnectClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { SipBreakoutService } from "../../../sandbox/src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";

export const name = "connect-web";

export const init = async () => {};

const registration = { sipUri: "sips:pbx.example.com", routeType: 1, phoneNumber: { e164: "+4799900001" } };

/** `PermissionDenied` → `permission_denied`; connect spells one of them its own way. */
function codeName(code) {
  const name = Code[code].replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return name === "canceled" ? "cancelled" : name;
}

export function createClient(baseUrl, options = {}) {
  return {
    async call({ headers, fetch = options.fetch, timeoutMs = 5000, signal } = {}) {
      const client = createConnectClient(SipBreakoutService, createGrpcWebTransport({ baseUrl, fetch }));
      const all = new Headers(headers);
      all.set("authorization", "Bearer token");
      try {
        await client.upsertRegistration({ registration }, { headers: all, timeoutMs, signal });
        return { code: "ok" };
      } catch (error) {
        if (!(error instanceof ConnectError))
          return { code: `throws ${error?.name ?? error}`, message: String(error) };
        return { code: codeName(error.code), message: error.rawMessage };
      }
    },
  };
}
