import { typeBrandKey } from "@pothos/core";
import {
  ConflictError,
  type ExpectedError,
  ForbiddenError,
  InvalidInputError,
  InvalidProfileError,
  NotFoundError,
  QuotaExceededError,
  StoreFullError,
} from "../src/errors.ts";
import { builder } from "./builder.ts";

export const ErrorInterface = builder.interfaceRef<ExpectedError>("Error").implement({
  description: "An expected failure: part of a mutation's contract, and a member of its result.",
  fields: (t) => ({
    message: t.exposeString("message", {
      description: "A sentence for people: which thing, what was expected, what came, what to do.",
    }),
    code: t.exposeString("code", {
      description: "Stable, upper snake case, e.g. `VIDEO_NOT_FOUND`; switch on it.",
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: "NotFoundError",
  description: "There is no such thing in this workspace.",
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidInputError, {
  name: "InvalidInputError",
  description: "An input field does not hold what it must.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString("field", {
      description: "Where in the input, dotted, e.g. `source.upload.sizeBytes`.",
    }),
  }),
});

const ProfileIssueType = builder.objectRef<{ path: string; message: string }>("ProfileIssue").implement({
  description: "One thing that is wrong with a profile.",
  fields: (t) => ({
    path: t.exposeString("path", {
      description: "Where in the input, dotted, list entries counted from 0: `rungs.2.height`.",
    }),
    message: t.exposeString("message", {
      description: "A sentence for people: which thing, what was expected, what came, what to do.",
    }),
  }),
});

builder.objectType(InvalidProfileError, {
  name: "InvalidProfileError",
  description: "A profile that nothing can be rendered by.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [ProfileIssueType],
      description: "Everything that is wrong with it; never empty. `message` tells the first.",
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

builder.objectType(ConflictError, {
  name: "ConflictError",
  description: "The request is fine, but not in the present state of things.",
  interfaces: [ErrorInterface],
});

builder.objectType(QuotaExceededError, {
  name: "QuotaExceededError",
  description: "The workspace has used up what it may have at once: ask again later.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    quota: t.exposeString("quota", {
      description: "Which one: `ACTIVE_JOBS`, `STORED_BYTES` or `SOURCE_MINUTES_PER_DAY`.",
    }),
    limit: t.expose("limit", { type: "SafeInt", description: "What it may have, in the quota's unit." }),
    used: t.expose("used", { type: "SafeInt", description: "What it has." }),
    retryAfterMs: t.exposeInt("retryAfterMs", {
      description:
        "When to ask again, in milliseconds: for jobs estimated from how fast they end, for minutes until midnight (UTC), for bytes a minute, as only deletions free them.",
    }),
  }),
});

builder.objectType(StoreFullError, {
  name: "StoreFullError",
  description:
    "A disk of the server is full: nothing was changed. The same request succeeds once there is room.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterMs: t.exposeInt("retryAfterMs", {
      description: "When asking again is worth it, in milliseconds.",
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
  | typeof InvalidInputError
  | typeof InvalidProfileError
  | typeof QuotaExceededError;

/**
 * The expected failures of a mutation, as members of its result union. Every mutation may lack a scope or meet a full disk; `types` are
 * the others that can occur. Clients select `... on Error { code message }`, so that a member added later breaks none of them.
 */
export const mayFailWith = (...types: Expected[]) => ({ types: [...types, ForbiddenError, StoreFullError] });

/**
 * An expected failure as the value of a field of type `Error`: a copy with its type, because GraphQL reports an
 * error that a resolver returns as if it had been thrown.
 */
export const errorValue = (error: ExpectedError) =>
  Object.assign({ message: error.message, [typeBrandKey]: error.constructor }, error);
