import { useEffect, useMemo, useRef } from "react";
import { GroupFields } from "./field-input.tsx";
import { FormContext, fieldId } from "./form-context.ts";
import type { Json, JsonObject } from "./json.ts";
import type { NamedField } from "./read-fields.ts";

interface DataFormProps {
  fields: readonly NamedField[];
  data: JsonObject;
  /** Sentences by the JSON Pointer of their value. */
  problems: ReadonlyMap<string, string>;
  /** Number of attempts to send the data. With each, the first field with a problem gets the focus. */
  attempt: number;
  onChange: (path: string, value: Json | undefined) => void;
  /** Receives the JSON Pointer of the value that gets the focus. */
  onVisit: (path: string) => void;
}

/** A form for data, made of its JSON Schema. */
export function DataForm({ fields, data, problems, attempt, onChange, onVisit }: DataFormProps) {
  const form = useMemo(() => ({ change: onChange, problems, attempt }), [onChange, problems, attempt]);
  useFocusOnProblem(problems, attempt);
  return (
    <FormContext value={form}>
      <div
        onFocus={({ target }) => {
          const path = target.closest<HTMLElement>("[data-path]")?.dataset["path"];
          if (path !== undefined) onVisit(path);
        }}
      >
        <GroupFields
          field={{ kind: "GROUP", label: "Data", hint: null, initial: undefined, isRequired: true, fields }}
          path=""
          value={data}
        />
      </div>
    </FormContext>
  );
}

/** Moves the focus to the first field with a problem, once its item is open. */
function useFocusOnProblem(problems: ReadonlyMap<string, string>, attempt: number): void {
  const seen = useRef(attempt);
  useEffect(() => {
    if (seen.current === attempt) return;
    seen.current = attempt;
    const [first] = problems.keys();
    if (first === undefined) return;
    const timer = setTimeout(() => document.getElementById(fieldId(first))?.focus());
    return () => clearTimeout(timer);
  }, [problems, attempt]);
}
