// The request of an attempt, and what of it its reply is read with.
import type { Pairs } from "../platform/fetching.js";
import type { Transport } from "./settings.js";

/** @internal What is asked, as src/bindings/calls.rs numbers it. */
export const Asked = { upsert: 0, delete: 1, deleteAgain: 2, bytes: 3 } as const;

/** @internal */
export interface Request {
  url: string;
  /** The method's path, for errors. */
  path: string;
  asked: number;
  headers: Pairs;
  body: Uint8Array;
  maxMessageBytes: number;
  /** Tokens that earlier attempts sent: the reply may repeat them. */
  tokens: readonly string[];
  transport: Pick<Transport, "fetch" | "credentials" | "cache" | "keepalive">;
}
