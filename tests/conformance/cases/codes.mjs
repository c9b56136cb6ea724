// gRPC's codes as this package spells them; each stands at the place of its number.
export const codeNames = [
  ...["ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists"],
  ...[
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
  ],
  ...["internal", "unavailable", "data_loss", "unauthenticated"],
];
