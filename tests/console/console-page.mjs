// The console as a person uses it: sign in, fill in the form, read the list.

import assert from "node:assert/strict";
import { Key } from "selenium-webdriver";
import { signInAtSandbox } from "../browser/sandbox-pages.mjs";

/* Run in the page. */
const forgetAll = `
  sessionStorage.clear();
  localStorage.clear();
  return new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase("sipbreakout-kept");
    deleting.onsuccess = deleting.onerror = deleting.onblocked = () => resolve();
  });`;
const readRecords = `
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("sipbreakout-kept");
    // It is the SDK's to make.
    opening.onupgradeneeded = () => {
      opening.onerror = () => resolve([]);
      opening.transaction.abort();
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const store = database.transaction("records").objectStore("records");
      const [keys, values] = [store.getAllKeys(), store.getAll()];
      store.transaction.oncomplete = () => {
        database.close();
        resolve(keys.result.map((key, place) => [key, values.result[place]]));
      };
    };
  });`;

const texts = ["sipUri", "phoneNumber", "mobileOriginatingPrefix", "mobileTerminatingPrefix"];

export class ConsolePage {
  #sandboxUrl;

  constructor(browser, { url, sandboxUrl }) {
    this.browser = browser;
    this.url = url;
    this.#sandboxUrl = sandboxUrl;
  }

  /** A browser that has never been here: nothing stored, nobody signed in at the provider. */
  async openFresh() {
    const { browser } = this;
    await browser.goto(this.url);
    await browser.evaluate(forgetAll);
    await browser.driver.manage().deleteAllCookies();
    await browser.goto(this.url);
    await browser.css("[data-testid=sign-in]");
  }

  /** From the signed-out page to the list. */
  async signIn(phoneNumber, { button = "[data-testid=sign-in]" } = {}) {
    await this.goToSignIn(button);
    await signInAtSandbox(this.browser, { phoneNumber, sandboxUrl: this.#sandboxUrl });
    await this.isSignedInAs(phoneNumber);
  }

  /** To the provider's page, and no further. */
  async goToSignIn(button = "[data-testid=sign-in]") {
    await this.browser.click(button);
    await this.browser.css("#phone-number");
  }

  async isSignedInAs(phoneNumber) {
    await this.browser.text(phoneNumber, { within: "[data-testid=user-number]" });
  }

  async isSignedOut() {
    await this.browser.css("[data-testid=sign-in]");
    await this.browser.gone("[data-testid=user-number]");
  }

  /** Fills in what is given and leaves the rest as it stands. */
  async fillIn(draft) {
    const { browser } = this;
    if (draft.apiVersion) await this.choose("apiVersion", draft.apiVersion);
    if (draft.routeType) await this.choose("routeType", draft.routeType);
    if ("mobileOriginatingPrefix" in draft || "mobileTerminatingPrefix" in draft) await this.openPrefixes();
    for (const name of texts) if (name in draft) await browser.fill(`input[name=${name}]`, draft[name]);
  }

  async choose(name, value) {
    await this.browser.click(`input[name=${name}][value=${value}]`);
    const chosen = `return document.querySelector("input[name=${name}]:checked")?.value`;
    await this.browser.waitFor(
      `${name} ${value}`,
      async () => (await this.browser.evaluate(chosen)) === value,
    );
  }

  async openPrefixes() {
    if (await this.browser.evaluate("return document.querySelector('.prefixes').open")) return;
    await this.browser.click(".prefixes summary");
    await this.browser.css("input[name=mobileOriginatingPrefix]");
  }

  submit() {
    return this.browser.click("[data-testid=submit]");
  }

  /** Sends the form by the Enter key in one of its fields. */
  async submitFrom(field) {
    const input = await this.browser.css(`input[name=${field}]`);
    await input.sendKeys(Key.ENTER);
  }

  startOver() {
    return this.browser.click("[data-testid=reset]");
  }

  /** Fills in, sends, and waits until the console says that it is registered. */
  async register(draft) {
    await this.fillIn(draft);
    await this.submit();
    return this.notice(/is (now )?registered at/);
  }

  /** What the form holds. */
  draft() {
    return this.browser.evaluate(
      `
      const value = (name) => document.querySelector("input[name=" + name + "]").value;
      const chosen = (name) => document.querySelector("input[name=" + name + "]:checked").value;
      return {
        ...Object.fromEntries(arguments[0].map((name) => [name, value(name)])),
        apiVersion: chosen("apiVersion"),
        routeType: chosen("routeType"),
      };`,
      texts,
    );
  }

  notice(wanted) {
    return this.browser.text(wanted, { within: "[data-testid=notice]" });
  }

  /** The problem that is written at a field. */
  problemAt(field, wanted) {
    return this.browser.text(wanted, { within: `[data-testid=error-${field}]` });
  }

  card(number) {
    return new Card(this.browser, `[data-testid=registration][data-number="${number}"]`);
  }

  async cardCount() {
    return this.browser.evaluate("return document.querySelectorAll('[data-testid=registration]').length");
  }

  /** Signs out, and says in the dialog what is to become of the registrations, if there are any. */
  async signOut({ deletes = false } = {}) {
    const { browser } = this;
    const isAsked = (await this.cardCount()) > 0;
    await browser.click("[data-testid=sign-out]");
    if (!isAsked) return;
    await browser.css("[data-testid=sign-out-dialog]");
    if (deletes) await browser.click("[data-testid=delete-registrations]");
    await browser.click("[data-testid=confirm-sign-out]");
  }

  async listIsEmpty() {
    await this.browser.gone("[data-testid=registration]");
    await this.browser.text("This browser keeps nothing registered.", { within: ".empty" });
  }

  /** What lies in the tab's storage (but for the tab's own id, and states that are of no use) and in the browser's. */
  async storage() {
    return this.browser.evaluate(
      `const ofNoUse = /^sipbreakout\\/(tab$|handled\\/|signed-out\\/)/;
       const session = Object.fromEntries(Object.entries(sessionStorage).filter(([key]) => !ofNoUse.test(key)));
       return { session: JSON.stringify(session), local: JSON.stringify({ ...localStorage }) }`,
    );
  }

  /** All that the SDK has in IndexedDB: [name, text] each. */
  async records() {
    return this.browser.evaluate(readRecords);
  }

  /** What it remembers there of what is kept, of everybody who ever was here. */
  async keptRecords() {
    return (await this.records()).filter(([name]) => /^sipbreakout\/(kept|granted)\//.test(name));
  }

  /** The tokens of the session, as the SDK keeps them for all tabs. */
  async tokens() {
    const entries = await this.browser.evaluate("return Object.values({ ...localStorage })");
    const objects = entries.filter((text) => text.startsWith("{"));
    const session = objects.map((text) => JSON.parse(text)).find((entry) => entry.access_token !== undefined);
    assert.ok(session, "no session in localStorage");
    return {
      accessToken: session.access_token,
      refreshToken: session.refresh_token,
      idToken: session.id_token,
    };
  }
}

/** One entry of the list. */
class Card {
  constructor(browser, selector) {
    this.browser = browser;
    this.selector = selector;
  }

  text(wanted) {
    return this.browser.text(wanted, { within: this.selector });
  }

  click(testId) {
    return this.browser.click(`${this.selector} [data-testid=${testId}]`);
  }

  /** Deletes it, and says in the dialog that this is meant. */
  async delete() {
    await this.click("delete");
    await this.browser.click("[data-testid=confirm-deletion]");
    await this.browser.gone("[data-testid=deletion-dialog]");
  }

  /** What is said to be in effect, where that is not what is wanted. */
  inEffect(wanted) {
    return this.browser.text(wanted, { within: `${this.selector} [data-testid=in-effect]` });
  }

  /** What is said to be wanted. */
  wanted(wanted) {
    return this.browser.text(wanted, { within: `${this.selector} [data-testid=wanted]` });
  }

  /** The keeper's state, and the words beside it. */
  status(wanted, words, timeoutMs) {
    return this.browser.text(words, {
      within: `${this.selector}[data-status=${wanted}] [data-testid=status]`,
      timeoutMs,
    });
  }

  async secondsLeft() {
    const text = await this.browser.text(/^\d\d:\d\d$/, {
      within: `${this.selector} [data-testid=countdown]`,
    });
    const [minutes, seconds] = text.split(":").map(Number);
    return minutes * 60 + seconds;
  }

  /** How much of the bar is filled, 0 to 100. */
  async barPercent() {
    return this.browser.evaluate(
      "return parseFloat(document.querySelector(arguments[0]).style.width)",
      `${this.selector} .bar > div`,
    );
  }

  error(wanted, timeoutMs) {
    const within = `${this.selector} [data-testid=registration-error]`;
    return this.browser.text(wanted, { within, timeoutMs });
  }

  noError() {
    return this.browser.gone(`${this.selector} [data-testid=registration-error]`);
  }

  /** What is said of what comes next. */
  keeping(wanted, timeoutMs) {
    return this.browser.text(wanted, { within: `${this.selector} [data-testid=keeping]`, timeoutMs });
  }

  gone() {
    return this.browser.gone(this.selector);
  }
}
