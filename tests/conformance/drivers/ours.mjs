// The package as built, for the cases' page.
import { createClient as create, preload } from "../../../dist/index.js";

export const name = "sipbreakout-web";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

export const init = () => preload();

const pairs = (headers) => Object.fromEntries(headers ?? []);

/** One client; each token is another one. */
export function createClient(baseUrl, options = {}) {
  let tokens = 0;
  const accessToken = () => {
    tokens += 1;
    return `token-${tokens}`;
  };
  const client = create({ baseUrl, accessToken, retry: false, timeoutMs: 5000, ...options });
  return {
    async call(callOptions = {}) {
      let headers;
      let trailers;
      const told = {
        onHeader: (given) => {
          headers = pairs(given);
        },
        onTrailer: (given) => {
          trailers = pairs(given);
        },
      };
      try {
        await client.upsertRegistration(request, { ...told, ...callOptions });
        return { code: "ok", headers, trailers };
      } catch (error) {
        const { code, kind, message, httpStatus, retryAfterMs, attempts, details, bodyText, cause } = error;
        const metadata = pairs(error.metadata);
        const seen = { code, kind, message, httpStatus, retryAfterMs, attempts, details, bodyText, metadata };
        return { ...seen, headers, trailers, cause };
      }
    },
  };
}
