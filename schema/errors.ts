import { typeBrandKey } from "@pothos/core";
import {
  ConflictError,
  type DataIssue,
  type ExpectedError,
  ForbiddenError,
  InvalidDataError,
  InvalidInputError,
  InvalidProfileError,
  InvalidTableError,
  NotFoundError,
  QuotaExceededError,
  StoreFullError,
} from "../src/errors/index.ts";
import { builder } from "./builder.ts";

export const ErrorInterface = builder.interfaceRef<ExpectedError>("Error").implement({
  description: "An expected failure, a member of a mutation's result union.",
  fields: (t) => ({
    message: t.exposeString("message", {
      description: "A readable explanation: what was expected, what happened, what to do.",
    }),
    code: t.exposeString("code", {
      description: "Stable code in upper snake case, e.g. `VIDEO_NOT_FOUND`. Switch on it.",
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: "NotFoundError",
  description: "The object does not exist in this workspace.",
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidInputError, {
  name: "InvalidInputError",
  description: "An input field is invalid.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString("field", {
      description: "Path of the input field, e.g. `source.upload.sizeBytes`.",
    }),
  }),
});

builder.objectType(InvalidTableError, {
  name: "InvalidTableError",
  description: "A table or a JSON text cannot be read.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString("field", { description: "Path of the input field, e.g. `source.csv`." }),
    line: t.exposeInt("line", { nullable: true, description: "Line, from 1. Null: the text as a whole." }),
    column: t.exposeInt("column", {
      nullable: true,
      description: "Number of the table's column, from 1. Null if unknown.",
    }),
  }),
});

const ProfileIssueType = builder.objectRef<{ path: string; message: string }>("ProfileIssue").implement({
  description: "One problem of a profile.",
  fields: (t) => ({
    path: t.exposeString("path", {
      description: "Path of the input field, with list entries counted from 0: `rungs.2.height`.",
    }),
    message: t.exposeString("message", {
      description: "A readable explanation: what was expected, what happened, what to do.",
    }),
  }),
});

builder.objectType(InvalidProfileError, {
  name: "InvalidProfileError",
  description: "The profile cannot be rendered.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [ProfileIssueType],
      description: "All problems, at least one. `message` repeats the first.",
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

const DataIssueType = builder.objectRef<DataIssue>("DataIssue").implement({
  description: "One problem of a template's data.",
  fields: (t) => ({
    path: t.exposeString("path", {
      description:
        "JSON Pointer of the value, with list entries counted from 0: `/questions/2/options`. Empty for the whole.",
    }),
    code: t.exposeString("code", { description: "Stable code in upper snake case, e.g. `REQUIRED`." }),
    message: t.exposeString("message", {
      description: "A readable explanation: what was expected, what happened, what to do.",
    }),
  }),
});

builder.objectType(InvalidDataError, {
  name: "InvalidDataError",
  description: "The data does not fit its template.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [DataIssueType],
      description: "All problems, at least one and at most 100. `message` repeats the first.",
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

builder.objectType(ConflictError, {
  name: "ConflictError",
  description: "The request is valid but conflicts with the current state.",
  interfaces: [ErrorInterface],
});

builder.objectType(QuotaExceededError, {
  name: "QuotaExceededError",
  description: "The workspace has reached a limit. Try again later.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    quota: t.exposeString("quota", {
      description:
        "Which one: `ACTIVE_JOBS`, `STORED_BYTES`, `SOURCE_MINUTES_PER_DAY`, `PENDING_CHECKS`, `MATERIALS`, `GENERATING_SETS`, `CHECKING_BATCHES` or `BATCHES`.",
    }),
    limit: t.expose("limit", { type: "SafeInt", description: "The limit, in the quota's unit." }),
    used: t.expose("used", { type: "SafeInt", description: "What it has." }),
    retryAfterMs: t.exposeInt("retryAfterMs", {
      description:
        "When to try again, in milliseconds. Jobs: estimated from recent throughput. Minutes: until midnight (UTC). Bytes, materials and batches: one minute, since only deletions free them. Checks: two seconds. Question sets and batches that are being checked: ten seconds.",
    }),
  }),
});

builder.objectType(StoreFullError, {
  name: "StoreFullError",
  description:
    "A disk of the server is full. Nothing was changed. The same request succeeds once space is free.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterMs: t.exposeInt("retryAfterMs", {
      description: "When to try again, in milliseconds.",
    }),
  }),
});

builder.objectType(ForbiddenError, {
  name: "ForbiddenError",
  description: "The API key lacks a scope.",
  interfaces: [ErrorInterface],
});

type Expected =
  | typeof ConflictError
  | typeof InvalidDataError
  | typeof InvalidInputError
  | typeof InvalidProfileError
  | typeof InvalidTableError
  | typeof QuotaExceededError;

/**
 * The expected failures of a mutation, as members of its result union. Every mutation may lack a scope or
 * meet a full disk; `types` are the others that can occur. Clients select `... on Error { code message }`, so
 * a member that is added later breaks no client.
 */
export const mayFailWith = (...types: Expected[]) => ({ types: [...types, ForbiddenError, StoreFullError] });

/**
 * An expected failure as the value of a field of type `Error`: a copy with its type, because GraphQL reports
 * an error that a resolver returns as if it had been thrown.
 */
export const errorValue = (error: ExpectedError) =>
  Object.assign({ message: error.message, [typeBrandKey]: error.constructor }, error);
