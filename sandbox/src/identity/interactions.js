// The sign-in and consent pages' requests: what oidc-provider sends the browser to when it needs the person.
import { errors } from "oidc-provider";
import { readForm } from "../http/form.js";
import { isOwnNumber, normalizeTypedNumber } from "../numbers.js";
import { sendPage } from "../pages/page.js";
import { consentPage, messagePage, signInPage } from "./pages.js";

export const interactionPrefix = "/interaction/";

/** @typedef {{ req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse }} Exchange */
/** @typedef {Awaited<ReturnType<import("oidc-provider").Provider["interactionDetails"]>>} Interaction */

/**
 * @param {import("oidc-provider").Provider} provider
 * @param {import("./consents.js").Consents} consents
 */
export function createInteractionHandler(provider, consents) {
  /**
   * @param {import("node:http").IncomingMessage} req
   * @param {import("node:http").ServerResponse} res
   */
  return async (req, res) => {
    try {
      await answer({ req, res });
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      const message =
        "This sign-in is over or was started in another browser. Go back to the application and start again.";
      sendPage(res, messagePage({ title: "Nothing to sign in to", message, status: 400 }));
    }
  };

  /** @param {Exchange} exchange */
  async function answer({ req, res }) {
    const interaction = await provider.interactionDetails(req, res);
    const view = {
      action: `${interactionPrefix}${interaction.uid}`,
      clientName: await clientName(interaction),
    };
    const consent = interaction.prompt.name === "consent";
    if (req.method === "POST") {
      const form = await readForm(req);
      await (consent ? decide({ req, res }, interaction, form) : signIn({ req, res }, view, form));
    } else if (consent) {
      sendPage(
        res,
        consentPage({ ...view, phoneNumber: accountOf(interaction), scopes: requestedScopes(interaction) }),
      );
    } else {
      const { login_hint: hint } = interaction.params;
      sendPage(res, signInPage({ ...view, typed: typeof hint === "string" ? hint : undefined }));
    }
  }

  /**
   * @param {Exchange} exchange
   * @param {{ action: string, clientName: string }} view
   * @param {URLSearchParams} form
   */
  async function signIn({ req, res }, view, form) {
    const typed = form.get("phoneNumber") ?? "";
    const phoneNumber = normalizeTypedNumber(typed);
    if (!isOwnNumber(phoneNumber)) {
      const error = `${typed === "" ? "An empty field" : typed} is not a number of this operator.`;
      sendPage(res, signInPage({ ...view, typed, error }));
      return;
    }
    const result = { login: { accountId: phoneNumber, amr: ["sms"] }, select_account: {} };
    await provider.interactionFinished(req, res, result);
  }

  /**
   * @param {Exchange} exchange
   * @param {Interaction} interaction
   * @param {URLSearchParams} form
   */
  async function decide({ req, res }, interaction, form) {
    if (form.get("decision") !== "allow") {
      const result = { error: "access_denied", error_description: "the user denied the request" };
      await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
      return;
    }
    const accountId = accountOf(interaction);
    const clientId = String(interaction.params.client_id);
    const scopes = requestedScopes(interaction);
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(scopes.join(" "));
    const grantId = await grant.save();
    consents.add(accountId, clientId, scopes);
    await provider.interactionFinished(req, res, { consent: { grantId } });
  }

  /** @param {Interaction} interaction */
  async function clientName(interaction) {
    const client = await provider.Client.find(String(interaction.params.client_id));
    return client?.clientName ?? "an application";
  }
}

/** @param {Interaction} interaction */
function accountOf(interaction) {
  const accountId = interaction.session?.accountId;
  if (accountId === undefined) throw new Error("nobody is signed in, yet consent is asked for");
  return accountId;
}

/** @param {Interaction} interaction */
function requestedScopes(interaction) {
  return String(interaction.params.scope ?? "")
    .split(" ")
    .filter((scope) => scope !== "");
}
