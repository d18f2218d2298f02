import { z } from "zod";
import type { TemplateManifest } from "./manifest.ts";
import { invalidTemplate, type TemplateError } from "./template-error.ts";

const MAX_DEPTH = 12;
const MAX_SCHEMAS = 500;
const name = z.string().max(100);
const text = z.string().max(2_000);
const count = z.int().nonnegative().max(1_000_000);
const scalar = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);
const type = z.enum(["object", "array", "string", "number", "integer", "boolean", "null"]);

/**
 * The keywords of JSON Schema that data of a template needs. Without references and pairwise comparisons, a
 * check takes time in proportion to schema and data.
 */
const PlainSchema = z.strictObject({
  type: z.union([type, z.array(type).max(7)]).optional(),
  properties: z.record(name, z.unknown()).optional(),
  required: z.array(name).max(200).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).min(1).max(20).optional(),
  oneOf: z.array(z.unknown()).min(1).max(20).optional(),
  allOf: z.array(z.unknown()).min(1).max(20).optional(),
  enum: z.array(scalar).min(1).max(500).optional(),
  const: scalar.optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  pattern: z.string().optional(),
  format: name.optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).max(20).optional(),
  title: text.optional(),
  description: text.optional(),
  $schema: z.literal("https://json-schema.org/draft/2020-12/schema").optional(),
  $comment: text.optional(),
});

/**
 * Checks that the JSON Schema of a foreign template uses these keywords only, so that compiling and using it
 * ends soon. Throws a `TemplateError`.
 */
export function assertPlainSchema({ data }: Pick<TemplateManifest, "data">): void {
  let schemas = 0;
  const visit = (schema: unknown, path: string, depth: number): void => {
    if (typeof schema === "boolean") return;
    schemas += 1;
    if (schemas > MAX_SCHEMAS) throw invalid("", `has more than ${MAX_SCHEMAS} schemas. Use fewer.`);
    if (depth > MAX_DEPTH) throw invalid(path, `is more than ${MAX_DEPTH} deep. Use fewer levels.`);
    const parsed = PlainSchema.safeParse(schema);
    if (!parsed.success) throw invalid(path, explain(parsed.error));
    const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [], allOf = [] } = parsed.data;
    for (const [key, value] of Object.entries(properties))
      visit(value, `${path}/properties/${key}`, depth + 1);
    for (const [key, value] of Object.entries({ additionalProperties, items }))
      if (value !== undefined) visit(value, `${path}/${key}`, depth + 1);
    for (const [key, list] of Object.entries({ anyOf, oneOf, allOf }))
      for (const [index, value] of list.entries()) visit(value, `${path}/${key}/${index}`, depth + 1);
  };
  visit(data, "", 0);
}

function explain({ issues }: z.ZodError): string {
  const [first] = issues;
  if (first?.code === "unrecognized_keys")
    return `has ${first.keys.map((key) => JSON.stringify(key.slice(0, 100))).join(", ")}. Use these keywords only: ${Object.keys(PlainSchema.shape).join(", ")}.`;
  return `is no JSON Schema: ${first?.path.join("/") ?? ""} ${first?.message ?? ""}.`;
}

const invalid = (path: string, problem: string): TemplateError =>
  invalidTemplate("template.json", `"data${path}" ${problem}`);
