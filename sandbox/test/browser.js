// A browser as far as sign-in needs one: a cookie jar, redirects, and forms filled in by a person.

/** @typedef {{ name: string, value: string, host: string, path: string }} Cookie */
/** @typedef {{ url: URL, status: number, headers: Headers, text: string }} Page */

export class Browser {
  /** @type {Cookie[]} */
  #cookies = [];

  /**
   * Goes there and follows redirects, as long as they stay on the host it started from.
   * @param {URL | string} target
   * @param {{ form?: Record<string, string>, follow?: boolean }} [options]
   * @returns {Promise<Page>} where it ended: a page, or the address it was sent to outside
   */
  async go(target, { form, follow = true } = {}) {
    const { host } = new URL(target);
    let url = new URL(target);
    /** @type {RequestInit} */
    let init = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    for (let hops = 0; hops < 10; hops += 1) {
      if (url.host !== host) return { url, status: 0, headers: new Headers(), text: "" };
      const response = await fetch(url, {
        ...init,
        redirect: "manual",
        headers: { cookie: this.#cookiesFor(url) },
      });
      this.#store(url, response.headers.getSetCookie());
      const location = response.headers.get("location");
      if (location === null || !follow) {
        return { url, status: response.status, headers: response.headers, text: await response.text() };
      }
      await response.arrayBuffer();
      url = new URL(location, url);
      init = {};
    }
    throw new Error("too many redirects");
  }

  /**
   * Submits the page's form that has the control, the way a person with a keyboard does.
   * @param {Page} page
   * @param {Record<string, string>} values
   * @param {{ follow?: boolean }} [options]
   */
  submit(page, values, options = {}) {
    const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form on ${page.url.pathname}`);
    return this.go(new URL(action, page.url), { form: values, ...options });
  }

  /** @param {URL} url */
  #cookiesFor(url) {
    return this.#cookies
      .filter(
        ({ host, path }) =>
          host === url.host && `${url.pathname}/`.startsWith(path.endsWith("/") ? path : `${path}/`),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }

  /**
   * @param {URL} url
   * @param {string[]} headers
   */
  #store(url, headers) {
    for (const header of headers) {
      const [pair = "", ...attributes] = header.split(/; */);
      const [name = "", value = ""] = pair.split("=");
      const attribute = (/** @type {string} */ wanted) =>
        attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
      const path = attribute("path") ?? "/";
      this.#cookies = this.#cookies.filter(
        (c) => !(c.name === name && c.host === url.host && c.path === path),
      );
      const expires = attribute("expires");
      if (expires !== undefined && Date.parse(expires) <= Date.now()) continue;
      this.#cookies.push({ name, value, host: url.host, path });
    }
  }
}
