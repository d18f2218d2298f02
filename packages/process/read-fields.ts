import { z } from "zod";

export type Environment = Readonly<Record<string, string | undefined>>;

export type Read<T> = { ok: true; fields: T } | { ok: false; errors: string[] };

/**
 * Parses an environment by its fields. Pure. Reports all errors together, each in one sentence. An empty
 * value counts as missing.
 */
export function readFields<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
  environment: Environment,
): Read<z.infer<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== "" && value !== undefined),
  );
  const parsed = z.object(shape).safeParse(given);
  if (!parsed.success) {
    return { ok: false, errors: parsed.error.issues.map((issue) => toSentence(shape, issue, given)) };
  }
  const fields = parsed.data;
  if (given["STORE"] === "gcs" && given["GCS_BUCKET"] === undefined) {
    return {
      ok: false,
      errors: ["GCS_BUCKET is not set, but STORE=gcs requires it: set it to the bucket's name."],
    };
  }
  return { ok: true, fields };
}

function toSentence(
  shape: Record<string, z.ZodType>,
  issue: z.core.$ZodIssue,
  given: Record<string, unknown>,
): string {
  const name = String(issue.path[0]);
  const example = `Example: ${name}=${String(shape[name]?.meta()?.["example"])}`;
  // A missing value has no shape to report: only the field's own text helps.
  if (!(name in given)) {
    const reason = issue.message.startsWith("Invalid input") ? "" : `: ${issue.message}`;
    return `${name} is not set${reason}. ${example}`;
  }
  if (shape[name]?.meta()?.["isSecret"] === true) return `${name} is not valid: ${issue.message}. ${example}`;
  return `${name} is "${String(given[name])}": ${issue.message}. ${example}`;
}
