// The frame of every page, and the headers it is sent with.
import { createHash } from "node:crypto";
import { Html, html } from "./html.js";
import { style } from "./style.js";

/** @param {string} text */
const cspHash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="#0b6b57"/></svg>',
)}`;
const styleHash = cspHash(style);

/**
 * @typedef {object} Page
 * @property {string} title
 * @property {Html} body
 * @property {boolean} [wide]
 * @property {string} [script] run by the page; it can only reach the sandbox itself
 * @property {number} [status]
 * @property {number} [refreshSeconds] without JavaScript, the page reloads itself this often
 */

/** @param {Page} page */
export function renderPage(page) {
  const refresh =
    page.refreshSeconds === undefined
      ? ""
      : html`<noscript><meta http-equiv="refresh" content="${page.refreshSeconds}"></noscript>`;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${icon}">
<title>${page.title} · Sandbox operator</title>
${refresh}<style>${new Html(style)}</style>
</head>
<body>
<header><i aria-hidden="true"></i><b>Sandbox operator</b> a local stand-in; nothing here reaches a real network</header>
<main${page.wide ? html` class="wide"` : ""}>${page.body}</main>
${page.script === undefined ? "" : new Html(`<script>${page.script}</script>`)}
</body>
</html>
`.text;
  const scripts = page.script === undefined ? "" : `; script-src ${cspHash(page.script)}; connect-src 'self'`;
  return {
    status: page.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "content-security-policy": `default-src 'none'; img-src data:; style-src ${styleHash}${scripts}; base-uri 'none'; frame-ancestors 'none'`,
    },
    document,
  };
}

/**
 * @param {import("node:http").ServerResponse} res
 * @param {Page} page
 */
export function sendPage(res, page) {
  const { status, headers, document } = renderPage(page);
  res.writeHead(status, headers).end(document);
}

/**
 * The same through Koa, which oidc-provider is built on.
 * @param {import("oidc-provider").KoaContextWithOIDC} ctx
 * @param {Page} page
 */
export function setPage(ctx, page) {
  const { status, headers, document } = renderPage(page);
  // An error's status is set already.
  if (page.status !== undefined) ctx.status = status;
  ctx.set(headers);
  ctx.body = document;
}
