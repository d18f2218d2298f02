import { GraphQLError, type GraphQLScalarLiteralParser, Kind, valueFromASTUntyped } from "graphql";
import { DateTimeResolver, JSONResolver } from "graphql-scalars";
import { builder, type UrlSource } from "./builder.ts";

builder.addScalarType("DateTime", DateTimeResolver, {
  description: "A timestamp in RFC 3339 format and UTC, e.g. `2026-11-21T03:16:27.000Z`.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
});
builder.addScalarType("JSON", JSONResolver, {
  description: "Any JSON value.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
});

/** Rows hold 64-bit sizes. JavaScript numbers are exact up to 2^53 - 1, i.e. nine petabytes. */
function safeInt(value: unknown): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (Number.isSafeInteger(number)) return number as number;
  throw new GraphQLError(
    `SafeInt must be a whole number from -(2^53 - 1) to 2^53 - 1, not ${typeof value === "string" ? JSON.stringify(value) : String(value)}.`,
  );
}

builder.scalarType("SafeInt", {
  description:
    "A whole number up to 2^53 - 1, which JavaScript represents exactly. A JSON number, not a string. Used where 32-bit `Int` is too small.",
  specifiedByURL: "https://tc39.es/ecma262/#sec-number.issafeinteger",
  serialize: safeInt,
  parseValue: safeInt,
  parseLiteral: (node) => safeInt(node.kind === Kind.INT ? Number(node.value) : node.kind),
});

const isText = (value: unknown): value is string => typeof value === "string";

/** Normalizes a plain address to `{ url }`. */
function urlSource(value: unknown): UrlSource {
  if (isText(value)) return { url: value };
  if (typeof value === "object" && value !== null) {
    const { url, filename = null, ...others } = value as Record<string, unknown>;
    const isKnown = Object.keys(others).length === 0;
    if (isKnown && isText(url) && (filename === null || isText(filename))) return { url, filename };
  }
  throw new GraphQLError(
    'UrlSource must be an address such as "https://example.com/a.mp4", or an object { url, filename } with two strings.',
  );
}

/** Validation runs without variables, so an object that contains some is checked later. */
const parseUrlLiteral: GraphQLScalarLiteralParser<UrlSource> = (node, variables) => {
  const holdsVariables =
    node.kind === Kind.OBJECT && node.fields.some(({ value }) => value.kind === Kind.VARIABLE);
  if (holdsVariables && !variables) return { url: "" };
  return urlSource(valueFromASTUntyped(node, variables));
};

builder.scalarType("UrlSource", {
  description:
    "A file for a worker to download: an HTTP or HTTPS address as a string, or `{ url: String!, filename: String }` to set the file name in the store. The default name is taken from the address.",
  serialize: urlSource,
  parseValue: urlSource,
  parseLiteral: parseUrlLiteral,
});
