// Tables as Markdown, which is readable in a terminal too.

/** `rows` are arrays of text; the first column is aligned left, the others right. */
export function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(header), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

export const whole = (number) => Math.round(number).toLocaleString("en");
export const fixed = (digits) => (number) => number.toFixed(digits);

/** `1.23 (1.19–1.31)`: the median and the quartiles. */
export function spread({ median, quartiles }, format) {
  return `${format(median)} (${quartiles.map(format).join("–")})`;
}
