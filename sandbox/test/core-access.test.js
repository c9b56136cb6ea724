// SipBreakoutService: both protocols, and who may call.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Code } from "@connectrpc/connect";
import { startSandbox } from "../src/index.js";
import { clientToken, signIn } from "./console.js";
import { bearer, clientV0, clientV1, failsWith, freshNumber, loop, OK, registered } from "./core-client.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
/** @type {ReturnType<typeof bearer>} */
let vendor;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
  vendor = bearer(await clientToken(sandbox));
});
after(() => sandbox.close());

const scopeV0 = "call.control:answer_and_initiate";
const aliasV0 = "call.control.answer_and_initiate";

for (const protocol of /** @type {const} */ (["grpc-web", "grpc"])) {
  describe(`both versions over ${protocol}`, () => {
    it("upsert, show up, and delete", async () => {
      for (const [apiVersion, client] of /** @type {const} */ ([
        ["v1", clientV1(sandbox, protocol)],
        ["v0", clientV0(sandbox, protocol)],
      ])) {
        const number = freshNumber();
        const changes = { mobileOriginatingPrefix: "00", mobileTerminatingPrefix: "77" };
        const upserted = await client.upsertRegistration(loop(number, changes), vendor);
        assert.equal(upserted.statusCode, OK);
        assert.equal(upserted.errorMessage, "");
        assert.equal(upserted.timeToLive?.seconds, 3600n);
        const { registeredAt, refreshedAt, expiresAt, secondsLeft, ...rest } =
          registered(sandbox, number) ?? assert.fail();
        assert.deepEqual(rest, {
          phoneNumber: number,
          sipUri: "sips:pbx.example.com",
          routeType: "LOOP",
          ...changes,
          apiVersion,
          tokenKind: "client",
          clientId: "sipbreakout-vendor",
        });
        assert.equal(Date.parse(expiresAt) - Date.parse(refreshedAt), 3_600_000);
        assert.equal(registeredAt, refreshedAt);
        assert.ok(secondsLeft > 3590 && secondsLeft <= 3600);
        const deleted = await client.deleteRegistration(loop(number), vendor);
        assert.equal(deleted.statusCode, OK);
        assert.equal(registered(sandbox, number), undefined);
      }
    });

    it("refuse a call without a token", async () => {
      await failsWith(
        clientV1(sandbox, protocol).upsertRegistration(loop(freshNumber())),
        Code.Unauthenticated,
      );
      await failsWith(
        clientV0(sandbox, protocol).deleteRegistration(loop(freshNumber())),
        Code.Unauthenticated,
      );
    });
  });
}

describe("who may call", () => {
  it("is nobody with an unknown token or another scheme", async () => {
    const number = freshNumber();
    await failsWith(
      clientV1(sandbox).upsertRegistration(loop(number), bearer("unknown")),
      Code.Unauthenticated,
    );
    const basic = { headers: { authorization: "Basic dXNlcjpwYXNz" } };
    await failsWith(clientV1(sandbox).upsertRegistration(loop(number), basic), Code.Unauthenticated);
    assert.equal(registered(sandbox, number), undefined);
  });

  it("is nobody with a refresh token or an ID token", async () => {
    const { tokens } = await signIn(sandbox);
    for (const token of [tokens.refresh_token, tokens.id_token]) {
      await failsWith(
        clientV1(sandbox).upsertRegistration(loop(undefined), bearer(token)),
        Code.Unauthenticated,
      );
    }
  });

  it("is nobody with a token that has expired", async () => {
    const short = await startSandbox({ port: 0, grpcPort: 0, quiet: true, tokenTtlSeconds: 1 });
    try {
      const token = await clientToken(short);
      const client = clientV1(short);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await failsWith(client.upsertRegistration(loop(freshNumber()), bearer(token)), Code.Unauthenticated);
    } finally {
      await short.close();
    }
  });

  it("is decided by the scope of the method's version", async () => {
    const number = freshNumber();
    const onlyV1 = bearer(await clientToken(sandbox, "call.routing:write"));
    assert.equal((await clientV1(sandbox).upsertRegistration(loop(number), onlyV1)).statusCode, OK);
    await failsWith(clientV0(sandbox).upsertRegistration(loop(number), onlyV1), Code.PermissionDenied);
    for (const scope of [scopeV0, aliasV0]) {
      const onlyV0 = bearer(await clientToken(sandbox, scope));
      assert.equal((await clientV0(sandbox).upsertRegistration(loop(number), onlyV0)).statusCode, OK);
      assert.equal((await clientV0(sandbox).deleteRegistration(loop(number), onlyV0)).statusCode, OK);
      await failsWith(clientV1(sandbox).upsertRegistration(loop(number), onlyV0), Code.PermissionDenied);
      await failsWith(clientV1(sandbox).deleteRegistration(loop(number), onlyV0), Code.PermissionDenied);
    }
  });

  it("binds a user's token to its number", async () => {
    const own = "+4799900051";
    const { tokens } = await signIn(sandbox, { phoneNumber: own });
    const user = bearer(tokens.access_token);
    assert.equal((await clientV1(sandbox).upsertRegistration(loop(undefined), user)).statusCode, OK);
    assert.equal(registered(sandbox, own)?.tokenKind, "user");
    assert.equal(registered(sandbox, own)?.clientId, sandbox.clientId);
    assert.equal((await clientV1(sandbox).upsertRegistration(loop(own), user)).statusCode, OK);
    await failsWith(clientV1(sandbox).upsertRegistration(loop("+4799900052"), user), Code.PermissionDenied);
    await failsWith(clientV1(sandbox).deleteRegistration(loop("+4799900052"), user), Code.PermissionDenied);
    assert.equal((await clientV1(sandbox).deleteRegistration(loop(undefined), user)).statusCode, OK);
    assert.equal(registered(sandbox, own), undefined);
  });

  it("wants the number named with a client's token", async () => {
    await failsWith(clientV1(sandbox).upsertRegistration(loop(undefined), vendor), Code.InvalidArgument);
    await failsWith(clientV1(sandbox).upsertRegistration(loop(""), vendor), Code.InvalidArgument);
    await failsWith(clientV0(sandbox).deleteRegistration(loop(undefined), vendor), Code.InvalidArgument);
  });

  it("wants a registration in the request", async () => {
    await failsWith(clientV1(sandbox).upsertRegistration({}, vendor), Code.InvalidArgument);
    await failsWith(clientV1(sandbox).deleteRegistration({}, vendor), Code.InvalidArgument);
  });
});
