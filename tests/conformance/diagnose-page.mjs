// Diagnoses what the address names: `core` and `issuer` are lists of addresses. Posts what was found of each.
import { createAuth, createClient, diagnose } from "../../dist/index.js";

const query = new URLSearchParams(location.search);
const list = (name) => query.get(name)?.split(",") ?? [];

async function found(target) {
  const started = performance.now();
  const findings = await diagnose(target, { timeoutMs: 3000 });
  return { findings, ms: performance.now() - started };
}

const report = {};
for (const baseUrl of list("core")) {
  report[baseUrl] = await found(createClient({ baseUrl, accessToken: () => "a-real-token" }));
}
for (const issuer of list("issuer")) {
  report[issuer] = await found(createAuth({ clientId: "c", redirectUri: `${location.origin}/`, issuer }));
}
await fetch(query.get("report") ?? "/report", {
  method: "POST",
  mode: "no-cors",
  body: JSON.stringify(report),
});
