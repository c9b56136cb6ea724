// Medians and quartiles of samples, and ratios of samples that were taken in the same round.

/** Between the two nearest samples in proportion. `q` is from 0 to 1. */
export function quantile(samples, q) {
  if (samples.length === 0) throw new RangeError("There are no samples.");
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** `{ median, quartiles: [first, third], samples }` */
export function summarize(samples) {
  return {
    median: quantile(samples, 0.5),
    quartiles: [quantile(samples, 0.25), quantile(samples, 0.75)],
    samples,
  };
}

/** Samples of the same rounds, two by two. */
function paired(samples, baselineSamples, combine) {
  if (samples.length !== baselineSamples.length) {
    throw new RangeError(`${samples.length} samples can't be paired with ${baselineSamples.length}.`);
  }
  return samples.map((sample, round) => combine(sample, baselineSamples[round]));
}

/** Each sample over the baseline's of the same round: what slows a whole round down cancels out. */
export const ratios = (samples, baselineSamples) => paired(samples, baselineSamples, (a, b) => a / b);

/** Each sample less the baseline's of the same round. */
export const differences = (samples, baselineSamples) => paired(samples, baselineSamples, (a, b) => a - b);

/** `{ name: { median, quartiles, samples, ratio: { median, quartiles, samples } } }` */
export function compare(samplesByName, baselineName) {
  return Object.fromEntries(
    Object.entries(samplesByName).map(([name, samples]) => [
      name,
      { ...summarize(samples), ratio: summarize(ratios(samples, samplesByName[baselineName])) },
    ]),
  );
}

/** The order of a round: each begins with another one, so that none is always the first. */
export function rotated(list, round) {
  const start = round % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
