// What a client loads when it first keeps a registration, or registers many: one file. Bundlers divide a page's own code as soon as
// two files that are loaded later share some of it.
export { fleet } from "./client/fleet.js";
export { ClientKeepers } from "./keeper/client-keepers.js";
export { storedDeletion } from "./keeper-machine/stored-deletion.js";
