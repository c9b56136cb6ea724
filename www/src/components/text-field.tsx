import type { RegistrationProblem } from "sipbreakout-web";

interface Props {
  name: string;
  label: string;
  hint: React.ReactNode;
  value: string;
  problem: RegistrationProblem | undefined;
  onChange: (value: string) => void;
  onBlur: () => void;
  placeholder?: string;
  inputMode?: "url" | "tel" | "numeric";
  type?: "text" | "tel";
  autoComplete?: string;
  required?: boolean;
}

export function TextField({
  name,
  label,
  hint,
  value,
  problem,
  onChange,
  onBlur,
  required,
  ...input
}: Props) {
  const hintId = `${name}-hint`;
  const errorId = `${name}-error`;
  return (
    <div className="field">
      <label htmlFor={name}>
        {label} {!required && <span className="optional">optional</span>}
      </label>
      <input
        {...input}
        id={name}
        name={name}
        value={value}
        spellCheck={false}
        autoCapitalize="none"
        autoCorrect="off"
        aria-required={required}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${errorId} ${hintId}` : hintId}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onBlur}
      />
      <FieldProblem field={name} problem={problem} />
      <p className="hint" id={hintId}>
        {hint}
      </p>
    </div>
  );
}

export function FieldProblem({
  field,
  problem,
}: {
  field: string;
  problem: RegistrationProblem | undefined;
}) {
  if (!problem) return null;
  return (
    <p className="field-error" id={`${field}-error`} data-testid={`error-${field}`}>
      {problem.message}
    </p>
  );
}
