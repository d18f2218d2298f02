import { GraphQLError, Kind } from "graphql";
import { DateTimeResolver, JSONResolver } from "graphql-scalars";
import { builder } from "./builder.ts";

builder.addScalarType("DateTime", DateTimeResolver, {
  description: "A moment as RFC 3339 text in UTC, e.g. `2026-11-21T03:16:27.000Z`.",
});
builder.addScalarType("JSON", JSONResolver, { description: "Any JSON value." });

/** Rows hold 64-bit sizes; JavaScript numbers are exact up to 2^53 - 1, which is nine petabytes. */
function safeInt(value: unknown): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (Number.isSafeInteger(number)) return number as number;
  throw new GraphQLError(
    `SafeInt is a whole number from -(2^53 - 1) to 2^53 - 1, not ${typeof value === "string" ? JSON.stringify(value) : String(value)}.`,
  );
}

builder.scalarType("SafeInt", {
  description:
    "A whole number that JavaScript holds exactly, up to 2^53 - 1: a JSON number, not a string. Used for sizes in bytes, which outgrow the 32 bits of `Int`.",
  serialize: safeInt,
  parseValue: safeInt,
  parseLiteral: (node) => safeInt(node.kind === Kind.INT ? Number(node.value) : node.kind),
});
