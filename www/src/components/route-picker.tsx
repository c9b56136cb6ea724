import type { ApiVersion, RegistrationProblem, RouteType } from "sipbreakout-web";
import { routes } from "../routes.ts";
import { LegPicture } from "./leg-picture.tsx";
import { FieldProblem } from "./text-field.tsx";

interface Props {
  value: RouteType;
  apiVersion: ApiVersion;
  problem: RegistrationProblem | undefined;
  onChange: (value: RouteType) => void;
}

export function RoutePicker({ value, apiVersion, problem, onChange }: Props) {
  return (
    <fieldset className="routes" aria-describedby={problem ? "routeType-error" : undefined}>
      <legend>Which calls reach the PBX</legend>
      <FieldProblem field="routeType" problem={problem} />
      <div className="route-grid">
        {routes.map(({ type, title, description, versions }) => {
          const offered = versions.includes(apiVersion);
          return (
            <label key={type} className="route" data-offered={offered}>
              <span className="route-head">
                <input
                  type="radio"
                  name="routeType"
                  value={type}
                  checked={value === type}
                  disabled={!offered}
                  aria-labelledby={`${type}-title`}
                  aria-describedby={`${type}-description`}
                  onChange={() => onChange(type)}
                />
                <span id={`${type}-title`}>
                  <strong>{title}</strong> <code>{type}</code>
                </span>
              </span>
              <LegPicture type={type} />
              <span className="route-description" id={`${type}-description`}>
                {description}
                {!offered && <em> Only in API v1.</em>}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
