import { useEffect, useMemo, useRef } from "react";
import { GroupFields } from "./field-input.tsx";
import { FormContext, fieldId } from "./form-context.ts";
import type { Json, JsonObject } from "./json.ts";
import type { NamedField } from "./read-fields.ts";

interface DataFormProps {
  fields: readonly NamedField[];
  data: JsonObject;
  /** Sentences by the JSON Pointer of their value. The first one gets the focus when they change. */
  problems: ReadonlyMap<string, string>;
  onChange: (path: string, value: Json | undefined) => void;
}

/** A form for data, made of its JSON Schema. */
export function DataForm({ fields, data, problems, onChange }: DataFormProps) {
  const form = useMemo(() => ({ change: onChange, problems }), [onChange, problems]);
  useFocusOnProblem(problems);
  return (
    <FormContext value={form}>
      <GroupFields
        field={{ kind: "GROUP", label: "Data", hint: null, initial: undefined, isRequired: true, fields }}
        path=""
        value={data}
      />
    </FormContext>
  );
}

/** Moves the focus to the first field with a problem, once its item is open. */
function useFocusOnProblem(problems: ReadonlyMap<string, string>): void {
  const seen = useRef(problems);
  useEffect(() => {
    if (seen.current === problems) return;
    seen.current = problems;
    const [first] = problems.keys();
    if (first === undefined) return;
    const timer = setTimeout(() => document.getElementById(fieldId(first))?.focus());
    return () => clearTimeout(timer);
  }, [problems]);
}
