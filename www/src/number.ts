// The phone number in what is typed, as the SDK reads it. That is a promise, because the rule is in the wasm.
import { useEffect, useState } from "react";
import { parsePhoneNumber } from "sipbreakout-web";

/** Empty when nothing is typed; undefined while it is not known, and for what is no number. */
export function useNumber(typed: string): string | undefined {
  const [read, setRead] = useState<{ typed: string; number: string | undefined }>();
  const text = typed.trim();
  // As it is kept: there is nothing to read, and the form does not flicker.
  const isPlain = text === "" || /^\+\d+$/.test(text);

  useEffect(() => {
    if (isPlain) return;
    let latest = true;
    const show = (number: string | undefined) => {
      if (latest) setRead({ typed: text, number });
    };
    // What is wrong with it is said at its field.
    parsePhoneNumber(text).then(show, () => show(undefined));
    return () => {
      latest = false;
    };
  }, [isPlain, text]);

  if (isPlain) return text;
  return read?.typed === text ? read.number : undefined;
}
