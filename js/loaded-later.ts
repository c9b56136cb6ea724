// What a client loads when it first keeps a registration, or registers many: one file. Bundlers divide a page's own code as soon as
// two files that are loaded later share some of it.
export { fleet } from "./client/fleet.js";
export { registrationTexts } from "./client/registration-texts.js";
export { whenBothLoaded } from "./keeper-machine/both-wasms.js";
export { Keeper } from "./keeper-machine/keeper.js";
export { storedDeletion } from "./keeper-machine/stored-deletion.js";
export { storeStop } from "./keeper-store/stored-stops.js";
export { onSilence } from "./platform/records.js";
