// The public options of `createClient`.
import type { Auth } from "./auth/auth.js";
import type { AccessTokenSource, ApiVersion, KeepingOptions, TransportOptions } from "./options.js";

/** Where the core is, who calls (either `auth` or `accessToken`), and what holds for each call. */
export type ClientOptions = TransportOptions & {
  /** Where the gRPC-Web endpoint is: `https://api.example.com` or with a path. https, or http on loopback. */
  baseUrl: string;
  /** Default `v1`. */
  apiVersion?: ApiVersion | undefined;
  /** The most bytes that an answer may have; a larger one is `resource_exhausted`. Default 65536 (64 KiB). */
  maxMessageBytes?: number | undefined;
  /** How registrations are kept (`keepRegistered`). */
  keeping?: KeepingOptions | undefined;
} & (
    | {
        /** A session made by `createAuth`. */
        auth: Auth;
        accessToken?: undefined;
      }
    | {
        auth?: undefined;
        /** A function that returns an access token. */
        accessToken: AccessTokenSource;
      }
  );
