// The sandbox's sign-in and consent pages, as a person uses them.

/** Types the number and signs in; then allows or denies. Consent that is remembered is not asked for again. */
export async function signInAtSandbox(browser, { phoneNumber, consent = "allow", sandboxUrl }) {
  await browser.fill("#phone-number", phoneNumber);
  await browser.click("#sign-in");
  const consentOrBack = await browser.waitFor("the consent page, or the way back", async () => {
    if ((await browser.url()).origin !== new URL(sandboxUrl).origin) return "back";
    return (await browser.evaluate("return document.querySelector('#allow') !== null")) ? "consent" : false;
  });
  if (consentOrBack === "consent") await browser.click(consent === "allow" ? "#allow" : "#deny");
  await browser.waitFor("the way back from the sandbox", async () => {
    return (await browser.url()).origin !== new URL(sandboxUrl).origin;
  });
}
