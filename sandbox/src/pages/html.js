// HTML from template literals: what is put in is escaped, unless it is HTML from here already.

export class Html {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** @typedef {Html | string | number | undefined | HtmlPart[]} HtmlPart */

/** @type {Record<string, string>} */
const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * @param {HtmlPart} part
 * @returns {string}
 */
function render(part) {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join("");
  return String(part ?? "").replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * @param {TemplateStringsArray} strings
 * @param {HtmlPart[]} parts
 */
export function html(strings, ...parts) {
  return new Html(strings.map((text, i) => text + (i < parts.length ? render(parts[i]) : "")).join(""));
}
