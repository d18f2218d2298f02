import { errorScopes, type ErrorScope as Scope } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { ErrorScope } from "./enums.ts";

/** Why something ended badly, as it lies in a row's error columns. */
export interface Failure {
  code: string;
  message: string;
  scope: Scope | null;
  retriable: boolean | null;
  logTail: string | null;
}

interface ErrorColumns {
  errorCode: string | null;
  errorMessage: string | null;
  errorScope?: string | null;
  errorRetriable?: boolean | null;
  logTail?: string | null;
}

/** Null while nothing went wrong. */
export function failureOf(row: ErrorColumns): Failure | null {
  if (row.errorCode === null) return null;
  return {
    code: row.errorCode,
    message: row.errorMessage ?? row.errorCode,
    scope: errorScopes.find((scope) => scope === row.errorScope) ?? null,
    retriable: row.errorRetriable ?? null,
    logTail: row.logTail ?? null,
  };
}

export const FailureType = builder.objectRef<Failure>("Failure").implement({
  description: "Why something ended badly.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "Stable, upper snake case, e.g. `SOURCE_NOT_A_VIDEO`." }),
    message: t.exposeString("message", {
      description: "A sentence for people: which thing, what was expected, what came, what to do.",
    }),
    scope: t.field({
      type: ErrorScope,
      nullable: true,
      description: "Whose fault it was, where that is known.",
      resolve: (failure) => failure.scope,
    }),
    retriable: t.exposeBoolean("retriable", {
      nullable: true,
      description: "Whether another attempt may succeed with the same input, where that is known.",
    }),
    logTail: t.exposeString("logTail", {
      nullable: true,
      description: "The last lines that ffmpeg wrote, when it was ffmpeg that failed (attempts only).",
    }),
  }),
});
