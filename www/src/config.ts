// Where the provider and the API are. The defaults are the sandbox's.
const env = import.meta.env;

export const config = {
  issuer: env.VITE_SIPBREAKOUT_ISSUER || "http://127.0.0.1:8700",
  baseUrl: env.VITE_SIPBREAKOUT_BASE_URL || "http://127.0.0.1:8700",
  clientId: env.VITE_SIPBREAKOUT_CLIENT_ID || "sipbreakout-console",
  redirectUri: `${location.origin}/`,
} as const;
