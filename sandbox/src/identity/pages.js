// What a person sees of the identity provider.

import { suggestedNumbers } from "../numbers.js";
import { html } from "../pages/html.js";

/** What each scope means for the person who is asked. @type {Record<string, string>} */
const meanings = {
  openid: "Know that it is you",
  offline_access: "Stay signed in until you sign out",
  phone: "See your phone number",
  "call.routing:write": "Change how your calls are routed",
  "call.control:answer_and_initiate": "Answer and start calls on your behalf",
  "call.control.answer_and_initiate": "Answer and start calls on your behalf",
};

/**
 * @param {{ action: string, clientName: string, typed?: string | undefined, error?: string | undefined }} view
 * @returns {import("../pages/page.js").Page}
 */
export function signInPage({ action, clientName, typed = "", error }) {
  return {
    title: "Sign in",
    body: html`
<h1>Sign in</h1>
<p class="soft">to continue to <strong>${clientName}</strong></p>
${error === undefined ? "" : html`<p id="error" role="alert">${error}</p>`}
<form method="post" action="${action}">
  <fieldset class="picks">
    <legend>Pick a number</legend>
    ${suggestedNumbers.map((number) => html`<button name="phoneNumber" value="${number}">${number}</button>\n`)}
  </fieldset>
</form>
<div class="or">or</div>
<form method="post" action="${action}">
  <label for="phone-number">Type one</label>
  <input id="phone-number" name="phoneNumber" type="tel" autocomplete="off" required value="${typed}"
    placeholder="+4799900001" aria-describedby="${error === undefined ? "" : "error "}range"${error === undefined ? "" : html` aria-invalid="true" autofocus`}>
  <p class="soft" id="range">+4799900000 to +4799999999. No PIN is sent here.</p>
  <button id="sign-in" class="full">Sign in</button>
</form>`,
  };
}

/**
 * @param {{ action: string, clientName: string, phoneNumber: string, scopes: string[] }} view
 * @returns {import("../pages/page.js").Page}
 */
export function consentPage({ action, clientName, phoneNumber, scopes }) {
  return {
    title: "Allow access",
    body: html`
<h1>Allow ${clientName}?</h1>
<p class="soft">You are signed in as <strong>${phoneNumber}</strong>. It asks to:</p>
<ul class="scopes">
  ${scopes.map((scope) => html`<li>${meanings[scope] ?? scope} <code>${scope}</code></li>\n`)}
</ul>
<form method="post" action="${action}" class="row">
  <button id="deny" name="decision" value="deny" class="plain">Deny</button>
  <button id="allow" name="decision" value="allow">Allow</button>
</form>`,
  };
}

/**
 * @param {{ title: string, message: string, status?: number }} view
 * @returns {import("../pages/page.js").Page}
 */
export function messagePage({ title, message, status }) {
  return {
    title,
    body: html`<h1>${title}</h1><p class="soft">${message}</p>`,
    ...(status === undefined ? {} : { status }),
  };
}

/**
 * @param {{ action: string, xsrf: string }} view
 * @returns {import("../pages/page.js").Page}
 */
export function signOutPage({ action, xsrf }) {
  return {
    title: "Sign out",
    body: html`
<h1>Sign out?</h1>
<p class="soft">An application asks to end your session here, without showing that it is yours.</p>
<form method="post" action="${action}" class="row">
  <input type="hidden" name="xsrf" value="${xsrf}">
  <a class="button" href="/">Stay signed in</a>
  <button id="sign-out" name="logout" value="yes">Sign out</button>
</form>`,
  };
}

/**
 * @param {{ action: string, phoneNumber: string }} view
 * @returns {import("../pages/page.js").Page}
 */
export function revokeConsentPage({ action, phoneNumber }) {
  return {
    title: "Take consent back",
    body: html`
<h1>Take consent back?</h1>
<p class="soft">The SIP breakout console may act for <strong>${phoneNumber}</strong>. Taking that back signs it out.</p>
<form method="post" action="${action}" class="row">
  <button id="keep" name="decision" value="keep" class="plain">Keep it</button>
  <button id="revoke" name="decision" value="revoke">Take it back</button>
</form>`,
  };
}
