import { isList, isObject, type Json } from "./json.ts";
import type { FieldPlan, NamedField } from "./read-fields.ts";

const FILL_IN = "Fill in this field.";

/** The required texts and numbers that are empty, with a sentence each. The API finds other faults. Pure. */
export function findEmpty(
  fields: readonly NamedField[],
  data: Json | undefined,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visitFields(fields, data, "", found);
  return found;
}

function visitFields(
  fields: readonly NamedField[],
  data: Json | undefined,
  path: string,
  found: Map<string, string>,
): void {
  for (const { name, field } of fields)
    visitField(field, isObject(data) ? data[name] : undefined, `${path}/${name}`, found);
}

function visitField(
  field: FieldPlan,
  value: Json | undefined,
  path: string,
  found: Map<string, string>,
): void {
  switch (field.kind) {
    case "TEXT":
      if (field.isRequired && field.minLength > 0 && isEmpty(value)) found.set(path, FILL_IN);
      return;
    case "NUMBER":
      if (field.isRequired && value === undefined && field.initial === undefined) found.set(path, FILL_IN);
      return;
    case "LIST":
      if (!isList(value)) return;
      for (const [index, item] of value.entries()) visitField(field.item, item, `${path}/${index}`, found);
      return;
    case "GROUP":
      return visitFields(field.fields, value, path, found);
    default:
      return;
  }
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || (typeof value === "string" && value.trim() === "");
