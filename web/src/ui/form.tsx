import { type ComponentProps, type ReactNode, useId } from "react";
import { Dialog } from "./dialog.tsx";

interface Field {
  label: string;
  /** Shown below the field; null: its value is valid. */
  problem?: string | null;
  /** Receives the changed text. An input of files has `onChange` instead. */
  onText?: (text: string) => void;
}

/** The attributes of an input with a problem, and the element that describes it. */
function useProblem(problem: string | null = null) {
  const id = useId();
  const attributes = {
    "aria-invalid": problem !== null,
    "aria-describedby": problem === null ? undefined : id,
  };
  const notice = problem !== null && (
    <p className="notice bad" role="alert" id={id}>
      {problem}
    </p>
  );
  return [attributes, notice] as const;
}

export function TextField({ label, problem, onText, ...input }: Field & ComponentProps<"input">) {
  const [attributes, notice] = useProblem(problem);
  return (
    <>
      <label className="field">
        {label}
        <input
          onChange={({ currentTarget }) => onText?.(currentTarget.value)}
          {...{ ...input, ...attributes }}
        />
      </label>
      {notice}
    </>
  );
}

export function TextArea({ label, problem, onText, ...input }: Field & ComponentProps<"textarea">) {
  const [attributes, notice] = useProblem(problem);
  return (
    <>
      <label className="field">
        {label}
        <textarea
          onChange={({ currentTarget }) => onText?.(currentTarget.value)}
          {...{ ...input, ...attributes }}
        />
      </label>
      {notice}
    </>
  );
}

interface SelectProps {
  label: string;
  value: string | number;
  options: readonly { value: string | number; text: string }[];
  isInline?: boolean;
  onText: (value: string) => void;
}

export const Select = ({ label, value, options, isInline = false, onText }: SelectProps) => (
  <label className={isInline ? "field inline" : "field"}>
    {label}
    <select value={value} onChange={({ currentTarget }) => onText(currentTarget.value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  </label>
);

interface CheckProps {
  /** The name of a group of radio buttons. Default: a checkbox. */
  group?: string;
  isOn: boolean;
  hint?: string;
  children: ReactNode;
  onCheck: (isOn: boolean) => void;
}

export const Check = ({ group, isOn, hint, children, onCheck }: CheckProps) => (
  <label className="check">
    <input
      type={group === undefined ? "checkbox" : "radio"}
      name={group}
      checked={isOn}
      onChange={({ currentTarget }) => onCheck(currentTarget.checked)}
    />
    <span>
      {children} {hint && <span className="muted small">{hint}</span>}
    </span>
  </label>
);

interface FormDialogProps {
  title: string;
  /** Label of the button that submits. */
  action: string;
  isDisabled: boolean;
  children: ReactNode;
  onSubmit: () => unknown;
  onClose: () => void;
}

export const FormDialog = ({ title, action, isDisabled, children, onSubmit, onClose }: FormDialogProps) => (
  <Dialog title={title} onClose={onClose}>
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {children}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={isDisabled}>
          {action}
        </button>
      </div>
    </form>
  </Dialog>
);
