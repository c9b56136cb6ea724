// What the browser says when the page's Content-Security-Policy forbids something.

export async function policyViolations(browser) {
  await browser.recording.collect();
  return browser.recording.console
    .map(({ text }) => text)
    .filter((text) => /content security policy/i.test(text));
}
