import { type ComponentProps, type ReactNode, useId } from "react";
import { Dialog } from "./dialog.tsx";

interface Field {
  label: string;
  /** Shown below the label; null: nothing. */
  hint?: string | null;
  /** Shown below the field; null: its value is valid. */
  problem?: string | null;
  /** Receives the changed text. An input of files has `onChange` instead. */
  onText?: (text: string) => void;
}

/** The attributes of an input with a hint or a problem, and the elements that describe it. */
function useDescription(problem: string | null = null, hint: string | null = null) {
  const id = useId();
  const describedBy = [hint !== null && `${id}-hint`, problem !== null && id].filter(Boolean).join(" ");
  const attributes = {
    "aria-invalid": problem !== null,
    "aria-describedby": describedBy === "" ? undefined : describedBy,
  };
  const advice = hint !== null && (
    <span className="muted small hint" id={`${id}-hint`}>
      {hint}
    </span>
  );
  const notice = problem !== null && (
    <p className="notice bad" role="alert" id={id}>
      {problem}
    </p>
  );
  return { attributes, advice, notice };
}

export function TextField({ label, hint, problem, onText, ...input }: Field & ComponentProps<"input">) {
  const { attributes, advice, notice } = useDescription(problem, hint);
  const ownId = useId();
  const id = input.id ?? ownId;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {advice}
      <input
        onChange={({ currentTarget }) => onText?.(currentTarget.value)}
        {...{ ...input, ...attributes, id }}
      />
      {notice}
    </div>
  );
}

export function TextArea({ label, hint, problem, onText, ...input }: Field & ComponentProps<"textarea">) {
  const { attributes, advice, notice } = useDescription(problem, hint);
  const ownId = useId();
  const id = input.id ?? ownId;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {advice}
      <textarea
        onChange={({ currentTarget }) => onText?.(currentTarget.value)}
        {...{ ...input, ...attributes, id }}
      />
      {notice}
    </div>
  );
}

interface SelectProps extends Pick<Field, "label" | "hint" | "problem"> {
  id?: string;
  value: string | number;
  options: readonly { value: string | number; text: string }[];
  isInline?: boolean;
  onText: (value: string) => void;
}

export function Select(props: SelectProps) {
  const { label, hint, problem, value, options, isInline = false, onText } = props;
  const { attributes, advice, notice } = useDescription(problem, hint);
  const ownId = useId();
  const id = props.id ?? ownId;
  return (
    <div className={isInline ? "field inline" : "field"}>
      <label htmlFor={id}>{label}</label>
      {advice}
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
        {...attributes}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      {notice}
    </div>
  );
}

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
