import { useState } from "react";
import { validateRegistration } from "sipbreakout-web";
import { useCall } from "../call.ts";
import { type Draft, type DraftField, requestOf } from "../draft.ts";
import type { Form } from "../form.ts";
import { useProblems } from "../problems.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { PrefixFields } from "./prefix-fields.tsx";
import { RoutePicker } from "./route-picker.tsx";
import { TextField } from "./text-field.tsx";
import { VersionPicker } from "./version-picker.tsx";

interface Props {
  form: Form;
  onStart: () => void;
  /** Resolves when it is noted; what the core says of it is for the card. */
  onSubmit: (draft: Draft) => Promise<void>;
}

export function RegistrationForm({ form, onStart, onSubmit }: Props) {
  const { draft, number = "", replaces, carried } = form;
  const problems = useProblems(draft);
  const call = useCall();
  const [unsent, setUnsent] = useState(false);

  const set = (field: DraftField, value: string) => {
    setUnsent(false);
    call.clearError();
    form.edit({ [field]: value });
  };
  const field = (name: DraftField) => ({
    name,
    value: draft[name],
    problem: problems.of(name),
    onChange: (value: string) => set(name, value),
    onBlur: () => problems.touch(name),
  });

  const startOver = () => {
    setUnsent(false);
    call.clearError();
    problems.forget();
    form.show();
  };

  const submit = (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    setUnsent(false);
    onStart();
    call.run(async (signal) => {
      // The SDK checks before it sends, too. Asking first marks every field at once and costs no request.
      const found = await validateRegistration(requestOf(draft), { apiVersion: draft.apiVersion });
      if (signal.aborted) return;
      problems.show(found);
      if (found.length > 0) {
        setUnsent(true);
        focusFirst(element, found[0]?.field);
        return;
      }
      await onSubmit(draft);
      form.sent(draft);
    });
  };

  return (
    <section className="panel" aria-labelledby="form-title">
      <h2 id="form-title">{replaces ? "Update the registration" : "Register a PBX"}</h2>
      {replaces && (
        <p className="soft">
          <span className="number">{number || "Your number"}</span> is in the list already. Sending this form
          replaces what is kept for it.
        </p>
      )}
      <form noValidate onSubmit={submit}>
        <div className="field-row">
          <TextField
            {...field("sipUri")}
            label="SIP address of the PBX"
            hint={
              <>
                <code>sips:</code> and a host name; add a port unless DNS (SRV) provides it. The PBX must show
                a valid TLS certificate for that name.
              </>
            }
            placeholder="sips:pbx.example.com"
            inputMode="url"
            autoComplete="off"
            required
          />
          <TextField
            {...field("phoneNumber")}
            label="Phone number"
            hint="With country code. Left empty, it is the number that you signed in with."
            type="tel"
            inputMode="tel"
            autoComplete="tel"
          />
        </div>
        <VersionPicker value={draft.apiVersion} onChange={(value) => set("apiVersion", value)} />
        <RoutePicker
          value={draft.routeType}
          apiVersion={draft.apiVersion}
          problem={problems.of("routeType")}
          onChange={(value) => set("routeType", value)}
        />
        <PrefixFields
          draft={draft}
          number={number}
          problemOf={problems.of}
          set={set}
          touch={problems.touch}
        />

        {unsent && (
          <div className="notice bad" role="alert" data-testid="form-error">
            <p className="notice-title">Not sent yet</p>
            <p>{problems.summary()}</p>
          </div>
        )}
        {call.error !== undefined && (
          <ErrorNotice error={call.error} edits={carried} onRetry={call.retry} testId="form-error" />
        )}

        <div className="form-actions">
          {/* Without mousedown's default the field keeps the focus until the click: leaving it may show an error, which
              would move the button away under the pressed mouse. */}
          <button
            type="submit"
            className="button primary"
            data-testid="submit"
            aria-disabled={call.busy}
            onMouseDown={(event) => event.preventDefault()}
          >
            {submitLabel(replaces, call.busy)}
          </button>
          <button type="button" className="button quiet" data-testid="reset" onClick={startOver}>
            Start over
          </button>
        </div>
      </form>
    </section>
  );
}

function submitLabel(replaces: boolean, busy: boolean): string {
  if (busy) return replaces ? "Updating…" : "Registering…";
  return replaces ? "Update" : "Register";
}

function focusFirst(form: HTMLFormElement, field: string | undefined) {
  const control = form.elements.namedItem(field ?? "");
  // Radios of one name come as a list.
  const target = control instanceof RadioNodeList ? control[0] : control;
  // After React has marked the field, so that a screen reader reads the message with it.
  if (target instanceof HTMLElement) requestAnimationFrame(() => target.focus());
}
