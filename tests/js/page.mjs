// What of a browser's page the package touches, on this process's globals.

/** sessionStorage: entries are properties, as in browsers. */
class FakeStorage {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    this[key] = String(value);
  }
  removeItem(key) {
    delete this[key];
  }
}

class FakeElement {
  constructor(tag, page) {
    Object.assign(this, { tag, children: [] });
    this.submit = () => page.submitted.push(this);
  }
  append(child) {
    this.children.push(child);
  }
}

const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true });

/** Opens a page. `page` tells what was done to it. */
export function openPage(href) {
  const page = { visited: [], states: [], submitted: [] };
  const location = { href, assign: (address) => page.visited.push(address) };
  define("location", location);
  define("history", {
    state: { of: "the router" },
    replaceState(state, _, address) {
      page.states.push(state);
      this.state = state;
      if (address !== undefined) location.href = String(address);
    },
  });
  define("document", {
    createElement: (tag) => new FakeElement(tag, page),
    documentElement: new FakeElement("html", page),
  });
  define("sessionStorage", new FakeStorage());
  return page;
}

/** As in a worker, or in Node itself. */
export function closePage() {
  for (const name of ["location", "history", "document"]) define(name, undefined);
}
