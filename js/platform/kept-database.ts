// The database in which registrations are remembered.

/** @internal Its name. Older versions of the package use it, too. */
export const KEPT_DATABASE = "sipbreakout-kept";
