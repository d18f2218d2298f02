import { isObject, type Json, questionsOf, readFields } from "./form/index.ts";

/** Where a template's data has its questions. */
export interface QuestionPlace {
  field: string;
  /** Fields of the data. */
  names: ReadonlySet<string>;
  example: Json;
  /** Questions that it shows at most. */
  limit: number;
}

const MANY = 1_000;

/** Null for a template without questions. Pure. */
export function placeOf(template: { dataSchema: unknown; example: unknown }): QuestionPlace | null {
  const fields = readFields(template.dataSchema);
  const found = questionsOf(fields);
  if (found === null) return null;
  return {
    field: found.name,
    names: new Set(fields.map(({ name }) => name)),
    example: isObject(template.example) ? template.example : {},
    limit: found.field.maxItems ?? MANY,
  };
}
