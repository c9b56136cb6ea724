// Turns an error of the SDK into what a person needs: what happened and what to do about it.
// Specific words by `code` where there is something specific to say, otherwise by `kind`.
import {
  AuthError,
  type AuthErrorCode,
  type ErrorKind,
  InvalidRequestError,
  isSdkError,
  LoadError,
  type LoadErrorCode,
  RegistrationRejectedError,
  RpcError,
  type RpcErrorCode,
} from "sipbreakout-web";

export interface Explanation {
  title: string;
  advice: string;
  /** What the other side said, in its own words. */
  quote?: string | undefined;
  /** The button that helps, if one does. */
  remedy?: "signIn" | "retry" | "reload";
}

const signInAgain: Explanation = {
  title: "Your session has ended",
  advice: "Sign in again. What is registered stays registered until its time runs out.",
  remedy: "signIn",
};

/** It answered, so it is neither the connection nor the address. */
const outOfService: Explanation = {
  title: "The operator’s service is not available right now",
  advice: "Nothing is known to have changed. Wait a moment, then try again.",
  remedy: "retry",
};

const rpcExplanations: Readonly<Partial<Record<RpcErrorCode, Explanation>>> = {
  unauthenticated: signInAgain,
  permission_denied: {
    title: "Not allowed for this number",
    advice:
      "Your sign-in covers one number and the permissions you agreed to. Check the phone number, or sign in again and allow the access that is asked for.",
    remedy: "signIn",
  },
  unavailable: {
    title: "The operator can’t be reached",
    advice: "Nothing is known to have changed. Check your connection and try again.",
    remedy: "retry",
  },
  deadline_exceeded: {
    title: "The operator took too long to answer",
    advice:
      "The change may or may not have been made. Trying again is safe: the same request twice has the same result.",
    remedy: "retry",
  },
  cancelled: {
    title: "Cancelled",
    advice:
      "The request may already have reached the operator. Send it again, or delete the registration, to be sure.",
  },
  resource_exhausted: {
    title: "Too many requests",
    advice: "The operator asks to slow down. Wait a minute, then try again.",
    remedy: "retry",
  },
  invalid_argument: {
    title: "The operator doesn’t understand this request",
    advice: "Check the phone number and the other fields. Nothing was changed.",
  },
  unimplemented: {
    title: "The operator doesn’t offer this version of the API",
    advice: "Choose the other API version and try again.",
  },
};

/** Codes whose message is the core's own sentence about this request. */
const spoken: ReadonlySet<RpcErrorCode> = new Set(["permission_denied", "invalid_argument"]);

const notSignedIn: Explanation = { ...signInAgain, title: "You are not signed in" };

const authExplanations: Readonly<Partial<Record<AuthErrorCode, Explanation>>> = {
  access_denied: {
    title: "The sign-in was declined",
    advice:
      "Nothing was changed. This console can’t work without the access it asks for; sign in again to allow it.",
    remedy: "signIn",
  },
  state_unknown: {
    title: "This sign-in was not started here",
    advice:
      "The answer belongs to no sign-in of this tab: it may be an old link, or the sign-in took more than ten minutes. Start again.",
    remedy: "signIn",
  },
  sign_in_interrupted: {
    title: "The sign-in was interrupted",
    advice: "The page was reloaded before the sign-in was complete. Sign in again.",
    remedy: "signIn",
  },
  issuer_mismatch: {
    title: "The answer came from somewhere else",
    advice: "It was not used, and nobody is signed in. Start again from this page.",
    remedy: "signIn",
  },
  not_a_callback: {
    title: "This link is not complete",
    advice: "A part of the sign-in’s answer is missing from the address. Start again.",
    remedy: "signIn",
  },
  invalid_grant: signInAgain,
  session_expired: signInAgain,
  sign_in_required: notSignedIn,
  login_required: notSignedIn,
  interaction_required: notSignedIn,
  account_selection_required: notSignedIn,
  consent_required: {
    title: "Your consent is needed",
    advice: "Sign in again and allow the access that this console asks for.",
    remedy: "signIn",
  },
  storage_unavailable: {
    title: "This browser stores nothing for this page",
    advice: "A sign-in needs the tab’s session storage. Allow site data for this page, then sign in.",
    remedy: "signIn",
  },
  server_error: {
    title: "The sign-in service failed",
    advice: "Wait a moment and try again.",
    remedy: "retry",
  },
  temporarily_unavailable: {
    title: "The sign-in service is not available right now",
    advice: "Wait a moment and try again.",
    remedy: "retry",
  },
};

const setUpWrongly: Explanation = {
  title: "This console is set up wrongly",
  advice: "Its administrator needs the technical details below.",
};

/** Of the page, or of the SDK inside it. */
const failedInside: Explanation = {
  title: "Something failed inside the page",
  advice: "Reload the page. If it happens again, the technical details below help whoever runs this console.",
  remedy: "reload",
};

/** Its administrator's fault, or that of an old page; nobody can tell from within. */
const perhapsOutdated: Explanation = {
  title: "A part of this page is missing",
  advice:
    "A newer version of this console may have been put in place since you opened it. Reload the page. If that doesn’t help, its administrator needs the technical details below.",
  remedy: "reload",
};

const loadExplanations: Readonly<Partial<Record<LoadErrorCode, Explanation>>> = {
  crashed: failedInside,
  network: {
    title: "A part of this page could not be loaded",
    advice: "Check your connection and try again.",
    remedy: "retry",
  },
  unsupported: {
    title: "This browser can’t run this console",
    advice: "Use a newer browser.",
  },
};

function byKind(kind: ErrorKind): Explanation {
  switch (kind) {
    case "network":
      return {
        title: "There is no connection",
        advice: "Check your network and try again.",
        remedy: "retry",
      };
    case "timeout":
      return { title: "There was no answer in time", advice: "Try again in a moment.", remedy: "retry" };
    case "aborted":
      return { title: "Cancelled", advice: "The request was stopped before its answer came." };
    case "auth":
      return signInAgain;
    case "config":
      return setUpWrongly;
    default:
      return {
        title: "The request failed",
        advice: "Try again. If it keeps failing, the technical details below help whoever runs this console.",
        remedy: "retry",
      };
  }
}

export function explain(error: unknown): Explanation {
  if (error instanceof RegistrationRejectedError) {
    return {
      title: "The operator refuses this",
      advice:
        "The request was understood and turned down. Change what the operator names, then send it again.",
      quote: error.message,
    };
  }
  if (error instanceof InvalidRequestError) {
    return {
      title: "Something in the request is not right",
      advice: error.problems.map(({ message }) => message).join(" "),
    };
  }
  if (error instanceof LoadError) {
    if (error.reloadMayHelp) return perhapsOutdated;
    // What is forbidden stays so, however often it is tried.
    return (
      loadExplanations[error.code] ?? { ...setUpWrongly, advice: `${setUpWrongly.advice} ${error.hint}` }
    );
  }
  if (error instanceof AuthError) {
    const explanation = authExplanations[error.code] ?? byKind(error.kind);
    // What a provider says about a token that is over is not for people.
    return explanation === signInAgain ? explanation : { ...explanation, quote: error.description };
  }
  if (error instanceof RpcError) {
    if (error.code === "unavailable" && error.kind !== "network") {
      return { ...outOfService, quote: ownWords(error) };
    }
    // A proxy's or an address's fault can wear any code.
    const explanation = error.kind === "config" ? undefined : rpcExplanations[error.code];
    if (!explanation) return byKind(error.kind);
    return spoken.has(error.code) ? { ...explanation, quote: error.message } : explanation;
  }
  return isSdkError(error) ? byKind(error.kind) : failedInside;
}

/** What the core says beside its status. For a status without words, or an HTTP status, the SDK has words of its own. */
function ownWords({ httpStatus, message }: RpcError): string | undefined {
  return httpStatus === 200 && !message.endsWith("without a message") ? message : undefined;
}

/** For whoever has to look into it. `toJSON` of the SDK's errors leaves out everything secret. */
export function technicalDetails(error: unknown): string {
  if (isSdkError(error)) return JSON.stringify(error.toJSON(), null, 2);
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
