/** JSON Schema (2020-12) read as the fields of a form. What a form cannot show is edited as JSON. */
import { isList, isObject, type Json, type JsonObject } from "./json.ts";

interface About {
  label: string;
  /** Shown beside the field; null: nothing. */
  hint: string | null;
  /** What applies if the data has no value. */
  initial: Json | undefined;
  isRequired: boolean;
}

export interface TextFieldPlan extends About {
  kind: "TEXT";
  /** Whether it gets several lines. */
  isLong: boolean;
  minLength: number;
  maxLength: number | null;
}
interface NumberFieldPlan extends About {
  kind: "NUMBER";
  isInteger: boolean;
  minimum: number | null;
  maximum: number | null;
}
interface FlagFieldPlan extends About {
  kind: "FLAG";
}
interface ChoiceFieldPlan extends About {
  kind: "CHOICE";
  values: readonly Json[];
}
export interface ListFieldPlan extends About {
  kind: "LIST";
  item: FieldPlan;
  minItems: number;
  maxItems: number | null;
}
export interface GroupFieldPlan extends About {
  kind: "GROUP";
  fields: readonly NamedField[];
}
interface JsonFieldPlan extends About {
  kind: "JSON";
}

export type FieldPlan =
  | TextFieldPlan
  | NumberFieldPlan
  | FlagFieldPlan
  | ChoiceFieldPlan
  | ListFieldPlan
  | GroupFieldPlan
  | JsonFieldPlan;

export interface NamedField {
  name: string;
  field: FieldPlan;
}

/** Texts that may be longer get several lines. */
const ONE_LINE = 120;
/** Deeper data is edited as JSON. */
const MAX_DEPTH = 4;

/** The fields of a schema's object; none if it is not one. Pure. */
export function readFields(schema: unknown): readonly NamedField[] {
  const field = readField("Data", isObject(schema) ? { type: "object", ...schema } : {}, true, 0);
  return field.kind === "GROUP" ? field.fields : [];
}

function readField(name: string, schema: Json | undefined, isRequired: boolean, depth: number): FieldPlan {
  const node = isObject(schema) ? schema : {};
  const about: About = {
    label: textIn(node, "title") ?? toLabel(name),
    hint: textIn(node, "description"),
    initial: node["default"],
    isRequired,
  };
  const { enum: values, type } = node;
  if (isList(values)) return { ...about, kind: "CHOICE", values };
  switch (typeof type === "string" ? type : "") {
    case "string": {
      const maxLength = numberIn(node, "maxLength");
      const isLong = maxLength === null ? node["pattern"] === undefined : maxLength > ONE_LINE;
      return { ...about, kind: "TEXT", isLong, minLength: numberIn(node, "minLength") ?? 0, maxLength };
    }
    case "integer":
    case "number":
      return {
        ...about,
        ...{ kind: "NUMBER", isInteger: type === "integer" },
        ...{ minimum: numberIn(node, "minimum"), maximum: numberIn(node, "maximum") },
      };
    case "boolean":
      return { ...about, kind: "FLAG" };
    case "array":
      if (depth >= MAX_DEPTH || !isObject(node["items"])) break;
      return {
        ...about,
        kind: "LIST",
        item: readField(singular(name), node["items"], true, depth + 1),
        ...{ minItems: numberIn(node, "minItems") ?? 0, maxItems: numberIn(node, "maxItems") },
      };
    case "object":
      if (depth >= MAX_DEPTH || !isObject(node["properties"])) break;
      return { ...about, kind: "GROUP", fields: readProperties(node, node["properties"], depth) };
    default:
  }
  return { ...about, kind: "JSON" };
}

function readProperties(node: JsonObject, properties: JsonObject, depth: number): readonly NamedField[] {
  const required = isList(node["required"]) ? node["required"] : [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    field: readField(name, schema, required.includes(name), depth + 1),
  }));
}

const textIn = (node: JsonObject, name: string): string | null => {
  const value = node[name];
  return typeof value === "string" && value !== "" ? value : null;
};

const numberIn = (node: JsonObject, name: string): number | null => {
  const value = node[name];
  return typeof value === "number" ? value : null;
};

/** `timerSeconds` becomes `Timer seconds`, and `isNumbered` becomes `Numbered`. Pure. */
export function toLabel(name: string): string {
  const words = name
    .replace(/^is(?=[A-Z])/, "")
    .replace(/[_-]+/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const singular = (name: string): string => name.replace(/s$/, "");

/**
 * Whether a field is a multiple-choice question as in the API's question sets: a text `question`, a list
 * `options` of texts, and the number `answerIndex`. Pure.
 */
export function isQuestion(field: FieldPlan): field is GroupFieldPlan {
  if (field.kind !== "GROUP") return false;
  const byName = new Map(field.fields.map(({ name, field: one }) => [name, one]));
  const options = byName.get("options");
  return (
    byName.get("question")?.kind === "TEXT" &&
    options?.kind === "LIST" &&
    options.item.kind === "TEXT" &&
    byName.get("answerIndex")?.kind === "NUMBER"
  );
}

/** The field of a form that contains questions; null if it has none. Pure. */
export function questionsOf(fields: readonly NamedField[]): { name: string; field: ListFieldPlan } | null {
  for (const { name, field } of fields)
    if (field.kind === "LIST" && isQuestion(field.item)) return { name, field };
  return null;
}

/** What a new item of a list contains: its defaults, and empty values of its required fields. Pure. */
export function emptyValue(field: FieldPlan): Json {
  if (field.initial !== undefined) return field.initial;
  switch (field.kind) {
    case "TEXT":
      return "";
    case "NUMBER":
      return field.minimum ?? 0;
    case "FLAG":
      return false;
    case "CHOICE":
      return field.values[0] ?? "";
    case "LIST": {
      // An option alone is no choice: lists of texts begin with as many as they may have.
      const isOptions = field.item.kind === "TEXT" && field.maxItems !== null && field.maxItems <= 4;
      const count = isOptions ? (field.maxItems ?? 0) : field.minItems;
      return Array.from({ length: count }, () => emptyValue(field.item));
    }
    case "GROUP":
      return Object.fromEntries(
        field.fields.filter((one) => one.field.isRequired).map((one) => [one.name, emptyValue(one.field)]),
      );
    case "JSON":
      return {};
  }
}

/** The first text of an item, for its line in a list; null without one. Pure. */
export function summaryOf(field: FieldPlan, value: Json | undefined): string | null {
  if (field.kind !== "GROUP") return typeof value === "string" && value !== "" ? value : null;
  for (const { name, field: one } of field.fields) {
    const text = isObject(value) && name !== "id" ? value[name] : undefined;
    if (one.kind === "TEXT" && typeof text === "string" && text !== "") return text;
  }
  return null;
}
