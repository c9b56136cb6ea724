// What is wrong with the draft, field by field, while it is typed. A field speaks up when it has been left
// or when the form was sent; not while a person is on the way to it.
import { useEffect, useState } from "react";
import { type RegistrationProblem, validateRegistration } from "sipbreakout-web";
import { type Draft, type DraftField, requestOf } from "./draft.ts";

export function useProblems(draft: Draft) {
  const [found, setFound] = useState<readonly RegistrationProblem[]>([]);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [sent, setSent] = useState(false);

  useEffect(() => {
    let latest = true;
    validateRegistration(requestOf(draft), { apiVersion: draft.apiVersion }).then(
      (problems) => {
        if (latest) setFound(problems);
      },
      // Without the wasm nothing can be checked while typing; sending says so.
      () => undefined,
    );
    return () => {
      latest = false;
    };
  }, [draft]);

  // A route type that the chosen version doesn't have is said at once: no typing is under way there.
  const speaks = (field: string) => sent || touched.has(field) || field === "routeType";
  const shown = found.filter(({ field }) => speaks(field));

  return {
    of: (field: DraftField) => shown.find((problem) => problem.field === field),
    touch(field: DraftField) {
      // Passing through an empty field is not a mistake yet.
      if (draft[field] !== "") setTouched((before) => new Set(before).add(field));
    },
    show(problems: readonly RegistrationProblem[]) {
      setFound(problems);
      setSent(problems.length > 0);
    },
    forget() {
      setTouched(new Set());
      setSent(false);
    },
    /** For above the button: what the fields say, and what belongs to no field of the form. */
    summary(): string {
      const elsewhere = shown.filter(({ field }) => !(field in draft)).map(({ message }) => message);
      const fields = shown.length - elsewhere.length;
      const count = fields === 1 ? "One field needs a change." : `${fields} fields need a change.`;
      return [...(fields > 0 ? [count] : []), ...elsewhere].join(" ");
    },
  };
}
