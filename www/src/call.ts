// One call to the SDK at a time, which ends when its component goes away or the person cancels it.
import { useCallback, useEffect, useRef, useState } from "react";

type Call = (signal: AbortSignal) => Promise<void>;

export function useCall() {
  const running = useRef<AbortController>(undefined);
  const last = useRef<Call>(undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const cancel = useCallback(() => running.current?.abort(), []);
  useEffect(() => cancel, [cancel]);

  /** Runs `call`; its failure becomes `error`. While one is under way, another press of the button does nothing. */
  const run = useCallback(async (call: Call) => {
    if (running.current) return;
    last.current = call;
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setError(undefined);
    try {
      await call(controller.signal);
    } catch (cause) {
      setError(cause);
    } finally {
      running.current = undefined;
      setBusy(false);
    }
  }, []);

  const retry = useCallback(() => {
    if (last.current) run(last.current);
  }, [run]);
  const clearError = useCallback(() => setError(undefined), []);
  return { run, retry, cancel, busy, error, clearError };
}
