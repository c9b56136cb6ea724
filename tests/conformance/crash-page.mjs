// Makes the wasm stop in every way, with a call under way, and calls again. The build is the one with doors.
import { createClient } from "../../target/doors/dist/index.js";
import { binaryType, okBody } from "./cases/reply.mjs";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
const other = { ...request, phoneNumber: "+4799900002" };
const headers = { "content-type": binaryType };
const good = async () => new Response(okBody, { headers });

let sent = 0;
let aborted = 0;
const hanging = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    sent += 1;
    signal.addEventListener("abort", () => {
      aborted += 1;
      reject(signal.reason);
    });
  });

const client = createClient({ baseUrl: location.origin, accessToken: () => "token", fetch: good });
const codeOf = (promise) =>
  promise.then(
    () => "ok",
    ({ name, code }) => `${name} ${code}`,
  );
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const report = {};
try {
  for (const kind of ["panic", "overflow", "exhaust"]) {
    for (const when of ["", "-later"]) {
      sent = 0;
      aborted = 0;
      const underWay = codeOf(client.upsertRegistration(request, { fetch: hanging, timeoutMs: 1e12 }));
      while (sent === 0) await wait(5);
      const started = performance.now();
      const door = codeOf(client.upsertRegistration(other, { testDoor: `${kind}${when}` }));
      const outcomes = await Promise.all([underWay, door]);
      const ms = performance.now() - started;
      const next = [
        await codeOf(client.upsertRegistration(request)),
        await codeOf(client.deleteRegistration(other)),
      ];
      report[`${kind}${when}`] = { outcomes, next, aborted, isQuick: ms < 5000 };
    }
  }
} catch (error) {
  report.error = String(error?.stack ?? error);
}
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
