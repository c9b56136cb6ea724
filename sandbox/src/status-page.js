// The status page. It is complete as it is sent; a small script keeps it up to date and counts down.
import { consoleClientId } from "./identity/clients.js";
import { html } from "./pages/html.js";

/** @typedef {{ now: string, ttlSeconds: number, registrations: import("./core/registrations.js").RegistrationRecord[] }} Status */

/** The script rebuilds the rows from these, so both use one order of columns. */
const columns = [
  "Number",
  "PBX",
  "Route",
  "Prefix out",
  "Prefix in",
  "API",
  "Token",
  "Refreshed",
  "Time left",
];

/**
 * @param {Status} status
 * @param {{ issuer: string, grpcUrl: string }} addresses
 * @returns {import("./pages/page.js").Page}
 */
export function statusPage({ ttlSeconds, registrations }, { issuer, grpcUrl }) {
  return {
    title: "Registrations",
    wide: true,
    refreshSeconds: 5,
    script,
    body: html`
<h1>Registrations</h1>
<p class="soft">What the core would do with calls now. Each is forgotten ${ttlSeconds} s after its last upsert.</p>
<div class="scroll" role="region" aria-label="Registrations" tabindex="0">
<table id="registrations"${registrations.length === 0 ? html` hidden` : ""}>
  <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
  <tbody>${registrations.map((registration) => row(registration, ttlSeconds))}</tbody>
</table>
</div>
<p class="empty" id="empty"${registrations.length === 0 ? "" : html` hidden`}>Nothing is registered.</p>
<p class="soft" id="connection" role="status"></p>
<h2>Addresses</h2>
<dl>
  <dt>Issuer and gRPC-Web</dt><dd><code>${issuer}</code></dd>
  <dt>Native gRPC</dt><dd><code>${grpcUrl}</code></dd>
  <dt>Public client id</dt><dd><code>${consoleClientId}</code></dd>
  <dt>Client token</dt><dd><code>POST ${issuer}/vendor/token</code></dd>
  <dt>This table as JSON</dt><dd><code>${issuer}/status.json</code></dd>
</dl>`,
  };
}

/**
 * @param {import("./core/registrations.js").RegistrationRecord} registration
 * @param {number} ttlSeconds
 */
function row(registration, ttlSeconds) {
  const { secondsLeft } = registration;
  return html`<tr>
  <td>${registration.phoneNumber}</td><td><code>${registration.sipUri}</code></td>
  <td><span class="tag">${registration.routeType}</span></td>
  <td>${registration.mobileOriginatingPrefix || "–"}</td><td>${registration.mobileTerminatingPrefix || "–"}</td>
  <td>${registration.apiVersion}</td><td>${registration.tokenKind}<small>${registration.clientId}</small></td>
  <td>${registration.refreshedAt.slice(11, 19)} UTC</td>
  <td>${secondsLeft} s<progress max="${ttlSeconds}" value="${secondsLeft}" aria-hidden="true"></progress></td>
</tr>`;
}

const script = `
const table = document.getElementById("registrations");
const empty = document.getElementById("empty");
const connection = document.getElementById("connection");
const cell = (...content) => {
  const td = document.createElement("td");
  td.append(...content);
  return td;
};
const element = (name, text, properties = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, properties);
const row = (r, ttlSeconds) => {
  const tr = document.createElement("tr");
  const progress = element("progress", "", { max: ttlSeconds, value: r.secondsLeft, ariaHidden: "true" });
  tr.append(
    cell(r.phoneNumber), cell(element("code", r.sipUri)), cell(element("span", r.routeType, { className: "tag" })),
    cell(r.mobileOriginatingPrefix || "–"), cell(r.mobileTerminatingPrefix || "–"),
    cell(r.apiVersion), cell(r.tokenKind, element("small", r.clientId)),
    cell(r.refreshedAt.slice(11, 19) + " UTC"), cell(r.secondsLeft + " s", progress),
  );
  return tr;
};
const refresh = async () => {
  try {
    const status = await (await fetch("/status.json", { cache: "no-store" })).json();
    table.tBodies[0].replaceChildren(...status.registrations.map((r) => row(r, status.ttlSeconds)));
    table.hidden = status.registrations.length === 0;
    empty.hidden = !table.hidden;
    connection.textContent = "";
  } catch {
    connection.textContent = "The sandbox does not answer; the table may be out of date.";
  }
  setTimeout(refresh, document.hidden ? 5000 : 1000);
};
setTimeout(refresh, 1000);
`;
