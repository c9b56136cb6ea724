// A deletion is asked about first: calls go past the PBX at once, and nothing brings the registration back.
import { useLayoutEffect, useRef } from "react";
import { type Kept, standing } from "../kept.ts";

interface Props {
  kept: Kept;
  /** Also when the person decides against it, or presses Escape. */
  onClose: () => void;
  onDelete: () => void;
}

export function DeletionDialog({ kept, onClose, onDelete }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Not on the button that deletes: Enter may still be on its way from the button before.
    cancel.current?.focus();
    // The browser gives the focus back to where it was.
    return () => element?.close();
  }, []);

  const confirm = () => {
    dialog.current?.close();
    onDelete();
  };

  return (
    <dialog
      ref={dialog}
      className="dialog"
      role="alertdialog"
      aria-labelledby="deletion-title"
      aria-describedby="deletion-text"
      data-testid="deletion-dialog"
      onClose={() => {
        // React's strict mode closes it and opens it again.
        if (!dialog.current?.open) onClose();
      }}
    >
      <h2 id="deletion-title">Delete this registration?</h2>
      <div id="deletion-text" className="dialog-text">
        <dl className="facts">
          <div>
            <dt>Number</dt>
            <dd className="number">{kept.number || "The number that you signed in with"}</dd>
          </div>
          <div>
            <dt>PBX</dt>
            <dd className="address">{(standing(kept, Date.now()) ?? kept).request.sipUri}</dd>
          </div>
        </dl>
        <p>Calls of this number go without the PBX at once, and no tab keeps it registered any more.</p>
      </div>
      <div className="dialog-actions">
        <button
          type="button"
          className="button danger solid"
          data-testid="confirm-deletion"
          onClick={confirm}
        >
          Delete
        </button>
        <button
          type="button"
          className="button"
          data-testid="cancel-deletion"
          ref={cancel}
          onClick={() => dialog.current?.close()}
        >
          Cancel
        </button>
      </div>
    </dialog>
  );
}
