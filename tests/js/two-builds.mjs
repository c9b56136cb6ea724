// The package as built, and the old build if that is at hand: their tabs meet at every deploy. `beside-old-tab.test.mjs` says how
// to get the old one.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as sdk from "../../dist/index.js";

const { OLD_BUILD } = process.env;

export const builds = {
  new: sdk,
  old: OLD_BUILD && (await import(pathToFileURL(resolve(OLD_BUILD)).href)),
};

/** Why a test that needs both is skipped. */
export const skip = !OLD_BUILD && "OLD_BUILD says where the old build is";

/** Which tab opens first, and which one second. */
export const orders = [
  ["old", "new"],
  ["new", "old"],
];
