import { type ReactNode, useEffect, useId, useRef } from "react";
import { Command } from "./copy.tsx";
import { CloseIcon } from "./icons.tsx";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A window over the page, while it is rendered. The browser keeps the focus in it, closes it with Escape, and
 * gives the focus back.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // What is to be filled in, or the button that does no harm; the browser would take the one that closes.
    element
      ?.querySelector<HTMLElement>("input:not([hidden]), textarea, select, .dialog-foot .button")
      ?.focus();
    return () => element?.close();
  }, []);
  return (
    // Keys do this already: Escape.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-body stack">
        <div className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="button icon-only" aria-label="Close" onClick={onClose}>
            <CloseIcon />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ReactNode;
  /** What the button does, in its own words. */
  action: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export const Confirm = ({ title, children, action, onConfirm, onClose }: ConfirmProps) => (
  <Dialog title={title} onClose={onClose}>
    <div>{children}</div>
    <div className="dialog-foot">
      <button type="button" className="button" onClick={onClose}>
        Cancel
      </button>
      <button
        type="button"
        className="button danger"
        onClick={() => {
          onClose();
          onConfirm();
        }}
      >
        {action}
      </button>
    </div>
  </Dialog>
);

interface SecretDialogProps {
  title: string;
  /** Null: an earlier answer contained it. */
  secret: string | null;
  children: ReactNode;
  onClose: () => void;
}

/** Shows a secret, which is available only now. */
export const SecretDialog = ({ title, secret, children, onClose }: SecretDialogProps) => (
  <Dialog title={title} onClose={onClose}>
    {children}
    {secret !== null && <Command text={secret} />}
    <div className="dialog-foot">
      <button type="button" className="button primary" onClick={onClose}>
        I’ve saved it
      </button>
    </div>
  </Dialog>
);
