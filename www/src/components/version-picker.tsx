import type { ApiVersion } from "sipbreakout-web";

const versions: readonly { value: ApiVersion; title: string; description: string }[] = [
  { value: "v1", title: "v1", description: "Current: all route types." },
  { value: "v0", title: "v0", description: "Deprecated: LOOP, FORK and FALLBACK only." },
];

export function VersionPicker({
  value,
  onChange,
}: {
  value: ApiVersion;
  onChange: (value: ApiVersion) => void;
}) {
  return (
    <fieldset className="versions">
      <legend>API version</legend>
      <div className="version-row">
        {versions.map((version) => (
          <label key={version.value} className="version">
            <input
              type="radio"
              name="apiVersion"
              value={version.value}
              checked={value === version.value}
              onChange={() => onChange(version.value)}
            />
            <span>
              <strong>{version.title}</strong> <span className="soft">{version.description}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
