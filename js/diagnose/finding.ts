// What diagnose reports.

/** What may be wrong. */
export type FindingCode =
  | "offline"
  | "insecure_context"
  | "mixed_content"
  | "local_network_access"
  | "blocked_by_csp"
  | "wasm_not_loading"
  | "sdk_not_loading"
  | "storage_blocked"
  | "cors_refused"
  | "headers_not_exposed"
  | "no_grpc_web_proxy"
  | "redirected"
  | "server_error"
  | "unreachable"
  | "wrong_issuer"
  | "service_worker"
  | "clock_wrong";

/** One thing that is wrong, or probably wrong. */
export interface Finding {
  code: FindingCode;
  /** `certain` only where nothing else explains the evidence. */
  certainty: "certain" | "likely";
  /** What is wrong, for people. */
  message: string;
  /** What was observed. */
  evidence: string[];
  /** What to do. */
  advice: string;
  /** What a browser can't tell apart from it. */
  alternatives?: string[];
}
