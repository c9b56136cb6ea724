import { version } from "sipbreakout-web";
import { config } from "../config.ts";

export function Footer() {
  return (
    <footer className="footer">
      <dl>
        <div>
          <dt>Sign-in (issuer)</dt>
          <dd>{config.issuer}</dd>
        </div>
        <div>
          <dt>Registrations (API)</dt>
          <dd>{config.baseUrl}</dd>
        </div>
        <div>
          <dt>SDK</dt>
          <dd>sipbreakout-web {version}</dd>
        </div>
      </dl>
    </footer>
  );
}
