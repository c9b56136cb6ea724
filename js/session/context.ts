// What the files of this folder share: the provider, the token store, the state, and sending events to tabs.
import type { Provider } from "../provider/provider.js";
import type { Person } from "../stores/stored-session.js";
import type { TokenStore } from "../stores/token-store.js";
import type { SessionEvent } from "../tabs/session-event.js";
import type { SharedSession } from "../tabs/shared-session.js";
import { writeMessage } from "../tabs/tab-message.js";

/** @internal A session with a provider. */
export interface SessionContext {
  readonly provider: Provider;
  readonly tokens: TokenStore;
  readonly shared: SharedSession;
  /** Its `Auth` was closed: it goes on only with what was begun. */
  readonly isClosed: boolean;
  /** Begins to watch the session's token, unless somebody does. */
  keepAlive(): void;
}

/** What is kept in the store, and what goes by the same names: tabs of other versions know them, too. */
type Name = "session" | "asked" | "trouble" | "lease" | "refresh";

/** @internal The name of what this session shares with other tabs. */
export const nameFor = ({ provider }: { provider: Provider }, name: Name): string =>
  `sipbreakout/${name}/${provider.namespace}`;

/** @internal Tells this page and the other tabs; `about` is the session that it is about. */
export function tell({ shared, tokens }: SessionContext, event: SessionEvent, about?: Person): void {
  shared.post(writeMessage(event, tokens.place, about));
  shared.tell(event);
}
