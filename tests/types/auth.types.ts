// Sessions: application state keeps its type, events have names, results are what they are documented to be.

import {
  type Auth,
  type AuthError,
  type AuthErrorCode,
  type AuthEventListener,
  type AuthEventMap,
  createAuth,
  type preload,
  type SessionInfo,
  type SessionState,
  type SignOutResult,
  type User,
} from "sipbreakout-web";
import { equal } from "./assertions.js";

const auth = createAuth({
  issuer: "https://id.example.com",
  clientId: "console",
  redirectUri: "https://console.example.com/",
  scope: ["openid", "phone"],
  storage: "session",
});
equal<typeof auth, Auth>(true);
const target: EventTarget = auth;
target.dispatchEvent(new Event("unrelated"));

createAuth({
  preset: "wgtwo",
  clientId: "console",
  redirectUri: "https://console.example.com/",
  scope: "openid",
  credentials: "include",
});

equal<ReturnType<typeof auth.isRedirectCallback>, boolean>(true);
equal<ReturnType<typeof auth.isSignedIn>, Promise<boolean>>(true);
equal<ReturnType<typeof auth.getAccessToken>, Promise<string>>(true);
equal<ReturnType<typeof auth.getUser>, Promise<User>>(true);
equal<ReturnType<typeof auth.getSession>, Promise<SessionInfo | undefined>>(true);
equal<SessionInfo["expiresAt"], Date>(true);
const { signal } = new AbortController();
auth.isSignedIn({ signal });
auth.getUser({ signal });
auth.handleRedirectCallback(undefined, { signal });
auth.handleConsentRevocation(undefined, { signal });
auth.revokeConsent(() => "https://id.example.com/consent", { signal });
auth.signIn({ signal, prompt: "select_account" });
auth.signInPopup({ signal, popupTimeoutMs: 1000 });
equal<ReturnType<typeof auth.close>, void>(true);
equal<ReturnType<typeof auth.signOut>, Promise<SignOutResult>>(true);
equal<SignOutResult["revoked"], boolean>(true);
equal<ReturnType<typeof auth.createSignInUrl>, Promise<URL>>(true);
equal<ReturnType<typeof preload>, Promise<void>>(true);
equal<User["phoneNumber"], string | undefined>(true);

interface AppState {
  returnTo: string;
}
auth.signIn<AppState>({ appState: { returnTo: "/numbers" }, prompt: "consent" });
const result = auth.handleRedirectCallback<AppState>();
equal<Awaited<typeof result>["appState"], AppState | undefined>(true);

auth.addEventListener("signedIn", () => {});
auth.addEventListener("tokenRefreshed", ({ detail }) => equal<typeof detail.expiresAt, Date>(true));
auth.addEventListener("sessionExpired", ({ detail }) => equal<typeof detail.code, AuthErrorCode>(true), {
  once: true,
});
auth.addEventListener("sessionUncertain", ({ detail }) => {
  equal<typeof detail.code, AuthErrorCode>(true);
  equal<typeof detail.error, AuthError | undefined>(true);
});
equal<typeof auth.sessionState, SessionState>(true);
equal<SessionState, "unknown" | "signedOut" | "signedIn" | "uncertain">(true);
// @ts-expect-error: only the session itself changes it
auth.sessionState = "signedIn";
auth.addEventListener("sessionExpired", null);
const listener: AuthEventListener<"sessionExpired"> = {
  handleEvent: (event) => equal<typeof event, AuthEventMap["sessionExpired"]>(true),
};
auth.addEventListener("sessionExpired", listener);
auth.removeEventListener("sessionExpired", listener);
const anyEvent = (event: Event) => event.type;
auth.addEventListener("signedOut", anyEvent);
auth.removeEventListener("signedOut", anyEvent);
auth.addEventListener("signedOut", () => {});
auth.signOut({ returnTo: "https://console.example.com/", localOnly: true });

// @ts-expect-error: the client id is needed
createAuth({ issuer: "https://id.example.com", redirectUri: "https://console.example.com/" });
const registered = { clientId: "console", redirectUri: "https://console.example.com/" };
// @ts-expect-error: no such storage
createAuth({ ...registered, issuer: "https://id.example.com", storage: "cookie" });
// @ts-expect-error: no such provider
createAuth({ ...registered, preset: "unknown" });
// @ts-expect-error: no such prompt
auth.signIn({ prompt: "always" });
// @ts-expect-error: the application state has a type
auth.signIn<AppState>({ appState: { returnTo: 1 } });
// @ts-expect-error: a misspelled event
auth.addEventListener("signedin", () => {});
// @ts-expect-error: a misspelled event
auth.removeEventListener("signOut", () => {});
// @ts-expect-error: another event's detail
auth.addEventListener("tokenRefreshed", listener);
