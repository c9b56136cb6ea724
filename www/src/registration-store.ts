// The list in localStorage, one per provider and person, the same in every tab.
import { useMemo, useSyncExternalStore } from "react";
import { config } from "./config.ts";
import { applyChange, type Change, parseRegistrations, type Registration } from "./registrations.ts";

interface Store {
  subscribe(listener: () => void): () => void;
  read(): readonly Registration[];
  change(change: Change): void;
}

function openStore(key: string): Store {
  const listeners = new Set<() => void>();
  let text: string | null = null;
  let list: readonly Registration[] = [];
  // Where the browser refuses localStorage, the list is shown until the page closes.
  let refused = false;

  const tryStorage = (work: () => void) => {
    if (refused) return;
    try {
      work();
    } catch {
      refused = true;
    }
  };
  const adopt = (stored: string | null) => {
    if (stored === text) return;
    text = stored;
    list = parseRegistrations(stored);
  };
  const load = () => tryStorage(() => adopt(localStorage.getItem(key)));
  load();

  return {
    subscribe(listener) {
      const onStorage = (event: StorageEvent) => {
        if (event.key !== key && event.key !== null) return;
        load();
        listener();
      };
      listeners.add(listener);
      window.addEventListener("storage", onStorage);
      return () => {
        listeners.delete(listener);
        window.removeEventListener("storage", onStorage);
      };
    },
    read: () => list,
    change(change) {
      // Another tab may have written since: start from what is stored.
      load();
      list = applyChange(list, change);
      const changed = list.length > 0 ? JSON.stringify(list) : null;
      text = changed;
      tryStorage(() => {
        if (changed === null) localStorage.removeItem(key);
        else localStorage.setItem(key, changed);
      });
      for (const listener of listeners) listener();
    },
  };
}

export function useRegistrations(sub: string) {
  const store = useMemo(() => openStore(`sipbreakout-console:${config.issuer}:${sub}`), [sub]);
  const registrations = useSyncExternalStore(store.subscribe, store.read);
  return { registrations, change: store.change };
}
