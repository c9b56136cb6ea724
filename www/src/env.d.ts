interface ImportMetaEnv {
  readonly VITE_SIPBREAKOUT_ISSUER?: string;
  readonly VITE_SIPBREAKOUT_BASE_URL?: string;
  readonly VITE_SIPBREAKOUT_CLIENT_ID?: string;
}
