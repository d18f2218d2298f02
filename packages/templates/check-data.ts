import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { linearExpression } from "./linear-expression.ts";
import type { TemplateManifest } from "./manifest.ts";
import { invalidTemplate, messageOf, type TemplateIssue } from "./template-error.ts";

const MAX_ISSUES = 1_000;
const MAX_SHOWN = 60;
/** Control characters but those of lines, changes of direction, and halves of characters. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffd]|\p{Cs}/u;

/** A value that the template's schema does not allow. */
export interface SchemaIssue extends TemplateIssue {
  path: string;
  /** The keyword of JSON Schema, e.g. `maxLength`. */
  keyword: string;
}

export type CheckedData =
  | { ok: true; data: Record<string, unknown> }
  | { ok: false; issues: readonly [SchemaIssue, ...SchemaIssue[]] };

/**
 * Checks data against the template's JSON Schema and fills in its defaults, in a copy. Texts must consist of
 * characters that can be shown.
 * Throws a `TemplateError` if the schema itself is invalid.
 */
export function checkData({ data: schema, name }: TemplateManifest, value: unknown): CheckedData {
  const data = structuredClone(value);
  const validate = compile(schema, name);
  const isValid = validate(data);
  const unshowable = findUnshowable(data);
  if (isValid && unshowable.length === 0) return { ok: true, data: data as Record<string, unknown> };
  const invalid = isValid ? [] : withoutBranches(validate.errors ?? []).map((error) => toIssue(error, data));
  const [first, ...rest] = [...unshowable, ...invalid].slice(0, MAX_ISSUES);
  return { ok: false, issues: [first ?? unknownIssue, ...rest] };
}

/** Texts with characters that no font draws, or that change the text around them. */
function findUnshowable(value: unknown, pointer = ""): SchemaIssue[] {
  if (typeof value === "string") {
    const found = FORBIDDEN.exec(value);
    if (found === null) return [];
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const place = Array.from(value.slice(0, found.index)).length + 1;
    return [
      {
        ...{ code: "DATA_INVALID", path: pointer, keyword: UNSHOWABLE },
        message: `${pointer}: expected a text without control characters, characters that change its direction, and halves of characters; it has U+${code} at character ${place}. Remove it.`,
      },
    ];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    findUnshowable(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}

/** In place of a keyword of JSON Schema. */
const UNSHOWABLE = "characters";

/** Compiling takes much longer than checking. */
const compiled = new WeakMap<object, ValidateFunction>();

function compile(schema: Record<string, unknown>, name: string): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const ajv = new Ajv2020({
    ...{ allErrors: true, useDefaults: true, verbose: true, strict: false },
    code: { regExp: linearExpression },
  });
  try {
    const validate = ajv.compile({ type: "object", ...schema });
    if ("$async" in validate) throw new Error("an asynchronous schema is not supported");
    compiled.set(schema, validate);
    return validate;
  } catch (error) {
    throw invalidTemplate("template.json", `"data" of ${name} is no JSON Schema: ${messageOf(error)}.`);
  }
}

/** Of alternatives the whole is reported: why each of them does not match would mislead. */
const withoutBranches = (errors: readonly ErrorObject[]): ErrorObject[] =>
  errors.filter(
    ({ schemaPath, keyword }) => !/\/(?:anyOf|oneOf)\/\d/.test(schemaPath) || /^(?:any|one)Of$/.test(keyword),
  );

const unknownIssue: SchemaIssue = {
  code: "DATA_INVALID",
  path: "",
  keyword: "",
  message: "The data does not match the template's schema.",
};

function toIssue(error: ErrorObject, root: unknown): SchemaIssue {
  const { instancePath, keyword, params, parentSchema } = error;
  const path = keyword === "required" ? `${instancePath}/${String(params["missingProperty"])}` : instancePath;
  const came = keyword === "required" ? "it is missing" : `it is ${show(valueAt(root, instancePath))}`;
  return {
    code: "DATA_INVALID",
    path,
    keyword,
    message: `${path || "The data"}: expected ${expectationOf(error, parentSchema)}; ${came}.`,
  };
}

/** What a value should be, and by that what to change. */
function expectationOf({ keyword, params, message }: ErrorObject, parent: unknown): string {
  const described = parent as { title?: unknown; description?: unknown } | undefined;
  const hint = typeof described?.description === "string" ? ` (${described.description})` : "";
  const limit = String(params["limit"]);
  switch (keyword) {
    case "required":
      return `the field "${String(params["missingProperty"])}"`;
    case "additionalProperties":
      return `no field "${String(params["additionalProperty"])}": remove or rename it`;
    case "type":
      return `a value of the type ${String(params["type"])}${hint}`;
    case "enum":
      return `one of ${(params["allowedValues"] as unknown[]).map((one) => JSON.stringify(one)).join(", ")}${hint}`;
    case "anyOf":
      return alternativesOf(parent);
    case "minItems":
      return `at least ${limit} items${hint}`;
    case "maxItems":
      return `at most ${limit} items${hint}`;
    case "minLength":
      return `at least ${limit} characters${hint}`;
    case "maxLength":
      return `at most ${limit} characters${hint}`;
    case "minimum":
      return `at least ${limit}${hint}`;
    case "maximum":
      return `at most ${limit}${hint}`;
    default:
      return `a value that ${message ?? "matches the schema"}${hint}`;
  }
}

/** Alternatives that require one field each are the usual ones. */
function alternativesOf(parent: unknown): string {
  const branches = (parent as { anyOf?: { required?: unknown }[] } | undefined)?.anyOf ?? [];
  const fields = branches.flatMap(({ required }) =>
    Array.isArray(required) && required.length === 1 ? [JSON.stringify(required[0])] : [],
  );
  return fields.length === branches.length && fields.length > 0
    ? `at least one of the fields ${fields.join(", ")}`
    : "a value that matches one of the alternatives of the schema";
}

function valueAt(root: unknown, pointer: string): unknown {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], root);
}

function show(value: unknown): string {
  if (typeof value === "string" && value.length > MAX_SHOWN) return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(value) ?? "nothing";
}
