// A worker that keeps a number, with the vendor's own token: dedicated or shared.
import { createClient } from "/dist/index.js";

async function start(port, { baseUrl, request, label }) {
  const accessToken = async () => {
    const reply = await (await fetch(`${baseUrl}/vendor/token`, { method: "POST" })).json();
    return { token: reply.access_token, expiresAt: Date.now() + reply.expires_in * 1000 };
  };
  const client = createClient({
    baseUrl,
    accessToken,
    headers: { "x-sandbox-label": label },
    keeping: { owner: "vendor" },
  });
  const keeper = client.keepRegistered(request);
  for (const type of ["registered", "refreshed", "atRisk", "lapsed", "stopped", "change"]) {
    keeper.addEventListener(type, () => port.postMessage(type));
  }
}

const listen = (port) => {
  port.onmessage = ({ data }) => start(port, data);
};
if ("SharedWorkerGlobalScope" in globalThis) {
  globalThis.onconnect = ({ ports: [port] }) => listen(port);
} else listen(globalThis);
