import { memo, useState } from "react";
import { QuestionFields } from "../../questions/index.ts";
import { Check, Select, TextArea, TextField } from "../../ui/index.ts";
import { fieldId, useForm } from "./form-context.ts";
import { isList, isObject, type Json } from "./json.ts";
import { LanguageField } from "./language-field.tsx";
import { ListField } from "./list-field.tsx";
import { type FieldPlan, type GroupFieldPlan, isQuestion, type TextFieldPlan } from "./read-fields.ts";

interface FieldInputProps<Field extends FieldPlan = FieldPlan> {
  field: Field;
  /** JSON Pointer of the value. */
  path: string;
  value: Json | undefined;
}

/** The input for one value of the data. */
export const FieldInput = memo(function FieldInput({ field, path, value }: FieldInputProps) {
  const { change, problems } = useForm();
  const problem = problems.get(path) ?? null;
  const { label, hint, initial } = field;
  const shared = { id: fieldId(path), label, hint, problem };
  switch (field.kind) {
    case "TEXT":
      return <TextInput field={field} path={path} value={value} />;
    case "NUMBER":
      return (
        <TextField
          {...shared}
          type="number"
          {...(field.minimum !== null && { min: field.minimum })}
          {...(field.maximum !== null && { max: field.maximum })}
          step={field.isInteger ? 1 : "any"}
          value={typeof value === "number" ? value : typeof initial === "number" ? initial : ""}
          onText={(text) => change(path, text === "" ? undefined : Number(text))}
        />
      );
    case "FLAG":
      return (
        <Check isOn={(value ?? initial) === true} hint={hint ?? ""} onCheck={(isOn) => change(path, isOn)}>
          {label}
        </Check>
      );
    case "CHOICE": {
      const chosen = field.values.indexOf(value ?? initial ?? null);
      const options = field.values.map((one, index) => ({ value: index, text: toChoice(one) }));
      const none = chosen === -1 ? [{ value: -1, text: "" }] : [];
      return (
        <Select
          {...shared}
          value={chosen}
          options={[...none, ...options]}
          onText={(text) => change(path, field.values[Number(text)])}
        />
      );
    }
    case "LIST":
      return (
        <ListField field={field} path={path} value={isList(value) ? value : []} renderField={renderField} />
      );
    case "GROUP":
      return isQuestion(field) ? (
        <QuestionInput field={field} path={path} value={value} />
      ) : (
        <GroupFields field={field} path={path} value={value} />
      );
    case "JSON":
      return <JsonInput {...shared} value={value ?? initial} onJson={(next) => change(path, next)} />;
  }
});

const renderField = (props: FieldInputProps) => <FieldInput {...props} />;

const toChoice = (value: Json): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function TextInput({ field, path, value }: FieldInputProps<TextFieldPlan>) {
  const { change, problems } = useForm();
  const { label, hint, initial, isLong, isRequired, maxLength } = field;
  const text = typeof value === "string" ? value : typeof initial === "string" ? initial : "";
  const beyond = maxLength === null ? 0 : Array.from(text).length - maxLength;
  const tooLong = beyond > 0 ? `${beyond} characters too many: at most ${maxLength}.` : null;
  const shared = {
    ...{ id: fieldId(path), label, hint, value: text, problem: problems.get(path) ?? tooLong },
    // An empty text is as good as none, and some must not be empty.
    onText: (next: string) => change(path, next === "" && !isRequired ? undefined : next),
  };
  if (path.endsWith("/language")) return <LanguageField {...shared} />;
  return isLong ? <TextArea {...shared} rows={2} /> : <TextField {...shared} />;
}

/** The fields of an object. An `id` is set by the form, not by its user. */
export function GroupFields({ field, path, value }: FieldInputProps<GroupFieldPlan>) {
  return (
    <div className="form-grid">
      <GroupProblem path={path} />
      {field.fields
        .filter(({ name }) => name !== "id")
        .map(({ name, field: one }) => (
          <div key={name} className={isWide(one) ? "wide" : ""} data-path={`${path}/${name}`}>
            <FieldInput
              field={one}
              path={`${path}/${name}`}
              value={isObject(value) ? value[name] : undefined}
            />
          </div>
        ))}
    </div>
  );
}

/** What is wrong with an object as a whole. */
function GroupProblem({ path }: { path: string }) {
  const problem = useForm().problems.get(path);
  return problem === undefined ? null : (
    <p className="notice bad wide" role="alert" id={fieldId(path)} tabIndex={-1}>
      {problem}
    </p>
  );
}

const isWide = (field: FieldPlan): boolean =>
  field.kind === "LIST" ||
  field.kind === "GROUP" ||
  field.kind === "JSON" ||
  (field.kind === "TEXT" && field.isLong);

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const shown = new Set(["id", "question", "options", "answerIndex", "explanation"]);

/** A question as on the page of a question set, and what else the template wants of it. */
function QuestionInput({ field, path, value }: FieldInputProps<GroupFieldPlan>) {
  const { change, problems } = useForm();
  const node = isObject(value) ? value : {};
  const { question, options, answerIndex, explanation } = node;
  const planned = field.fields.find(({ name }) => name === "options")?.field;
  const max = planned?.kind === "LIST" && planned.maxItems !== null ? planned.maxItems : 8;
  const min = planned?.kind === "LIST" ? Math.max(1, planned.minItems) : 1;
  const others = field.fields.filter(({ name }) => !shown.has(name));
  return (
    <>
      {others.length === 0 && <GroupProblem path={path} />}
      <QuestionFields
        value={{
          question: textOf(question),
          options: isList(options) ? options.map(textOf) : [],
          answerIndex: typeof answerIndex === "number" ? answerIndex : null,
          explanation: textOf(explanation),
        }}
        counts={{ min, max }}
        hasExplanation={field.fields.some(({ name }) => name === "explanation")}
        idAt={(within) => fieldId(`${path}${within}`)}
        problemAt={(within) => problems.get(`${path}${within}`) ?? null}
        onChange={({ explanation: next, ...part }) => {
          const { explanation: before, ...rest } = node;
          const text = next ?? before;
          const changed = Object.entries(part).filter(([, one]) => one !== null) as [string, Json][];
          change(path, { ...rest, ...Object.fromEntries(changed), ...(text ? { explanation: text } : {}) });
        }}
      />
      {others.length > 0 && <GroupFields field={{ ...field, fields: others }} path={path} value={value} />}
    </>
  );
}

interface JsonInputProps {
  id: string;
  label: string;
  hint: string | null;
  problem: string | null;
  value: Json | undefined;
  onJson: (value: Json | undefined) => void;
}

/** A value that no other field can show, as JSON. What is no JSON yet stays in the field. */
function JsonInput({ value, problem, onJson, ...input }: JsonInputProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  return (
    <TextArea
      {...input}
      rows={4}
      className="code"
      spellCheck={false}
      value={text}
      problem={problem ?? (typed === null ? null : "This is not JSON yet. Texts need quotes.")}
      onText={(next) => {
        try {
          onJson(next.trim() === "" ? undefined : (JSON.parse(next) as Json));
          setTyped(null);
        } catch {
          setTyped(next);
        }
      }}
    />
  );
}
