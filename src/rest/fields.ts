import { restErrors } from "./rest-error.ts";

const MOST_CHARACTERS = 500;

/** A value of the wrong kind. Null: it is absent. */
const nameOf = (value: unknown): string => {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return shorten(JSON.stringify(value));
};

const shorten = (text: string): string =>
  (text.length > 100 ? `${text.slice(0, 100)}…` : text).toWellFormed();

/** The object in a body. Throws `RestError`. */
export function readObject(contentType: string | undefined, body: Buffer): Record<string, unknown> {
  const advice = "Send a JSON object with the header Content-Type: application/json.";
  if (contentType?.split(";", 1)[0]?.trim().toLowerCase() !== "application/json") {
    throw restErrors.field("Content-Type", `is ${nameOf(contentType)}. ${advice}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    const reason = error instanceof Error ? shorten(error.message) : "unreadable";
    throw restErrors.field("body", `is not valid JSON (${reason}). ${advice}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw restErrors.field("body", `is ${nameOf(value)}. ${advice}`);
}

/** Reads fields of one body. Null counts as absent. Each throws `RestError`. */
export interface Fields {
  /** A text that is not blank. */
  required(name: string, what: string): string;
  text(name: string): string | null;
  /** One of the names of `values`, in any case. Null is invalid. */
  choice<T>(name: string, values: ReadonlyMap<string, T>): T | null;
  /** Null is invalid. */
  flag(name: string): boolean;
  number(name: string): number | null;
  /** A label of the caller's own: a short text or a number. */
  label(name: string): string | number | null;
}

export function createFields(body: Readonly<Record<string, unknown>>): Fields {
  const text = (name: string): string | null => {
    const value = body[name] ?? null;
    if (value === null || typeof value === "string") return value;
    throw restErrors.field(name, `is ${nameOf(value)}. Use a string, or omit it.`);
  };
  return {
    text,
    required(name, what) {
      const value = body[name];
      if (typeof value === "string" && value.trim() !== "") return value;
      throw restErrors.field(name, `is ${nameOf(value)}. Send ${what} as a string.`);
    },
    choice(name, values) {
      const value = body[name];
      if (value === undefined) return null;
      const found = typeof value === "string" ? values.get(value.toLowerCase()) : undefined;
      if (found !== undefined) return found;
      throw restErrors.field(
        name,
        `is ${nameOf(value)}. Use one of ${[...values.keys()].join(", ")}, or omit it.`,
      );
    },
    flag(name) {
      const value = body[name] ?? (name in body ? null : false);
      if (typeof value === "boolean") return value;
      throw restErrors.field(name, `is ${nameOf(value)}. Use true or false, or omit it.`);
    },
    number(name) {
      const value = body[name] ?? null;
      if (value === null || typeof value === "number") return value;
      throw restErrors.field(name, `is ${nameOf(value)}. Use a number, or omit it.`);
    },
    label(name) {
      const value = body[name] ?? null;
      if (value === null || typeof value === "number") return value;
      if (typeof value !== "string")
        throw restErrors.field(name, `is ${nameOf(value)}. Use a string or a number.`);
      if (value.length <= MOST_CHARACTERS && !value.includes("\0") && value.isWellFormed()) return value;
      const limit = `at most ${MOST_CHARACTERS}, without NUL and halves of surrogate pairs`;
      throw restErrors.field(name, `has ${value.length} characters. Use ${limit}.`);
    },
  };
}
