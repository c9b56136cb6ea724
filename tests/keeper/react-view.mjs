// A view of a client's keepers as React's own hook wants it. Bundled by react.test.mjs; `mountView` is called in the page.

import { createElement, StrictMode, useCallback, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";

const names = ["request", "inEffect", "state", "expiresAt", "nextRefreshAt", "lastError", "isLeading"];

function useEvents(target, type, read) {
  const subscribe = useCallback(
    (listener) => {
      target.addEventListener(type, listener);
      return () => target.removeEventListener(type, listener);
    },
    [target, type],
  );
  return useSyncExternalStore(subscribe, read);
}

function Keeper({ keeper }) {
  window.view.renders += 1;
  const values = names.map((name) => useEvents(keeper, "change", () => keeper[name]));
  window.view.shown = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  return createElement("li", null, values[2]);
}

function List({ client }) {
  const keepers = useEvents(client, "keepersChanged", () => client.keepers);
  return createElement(
    "ul",
    { id: "keepers" },
    keepers.map((keeper, index) => createElement(Keeper, { key: index, keeper })),
  );
}

window.view = { renders: 0, errors: [], shown: undefined };
window.mountView = (client) => {
  const { error } = console;
  console.error = (...given) => {
    window.view.errors.push(given.map(String).join(" "));
    error(...given);
  };
  const place = document.body.appendChild(document.createElement("div"));
  const onUncaughtError = (thrown) => window.view.errors.push(String(thrown));
  createRoot(place, { onUncaughtError }).render(
    createElement(StrictMode, null, createElement(List, { client })),
  );
};
