import { errorScopes, type ErrorScope as Scope } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { ErrorScope } from "./enums.ts";

/** Why something ended badly, as it lies in a row's error columns. */
export interface Failure {
  code: string;
  message: string;
  scope: Scope;
  retriable: boolean;
  /** The attempt that it is of: what ffmpeg said lies there. */
  attemptId: string | null;
  /** Already read, for an attempt's own. */
  logTail?: string | null;
}

interface ErrorColumns {
  errorCode: string | null;
  errorMessage: string | null;
  errorScope: string | null;
  errorRetriable: boolean | null;
  errorAttemptId: string | null;
  logTail?: string | null;
}

/** The columns that `failureOf` reads, of every table but `attempts`. */
export const errorColumns = {
  errorCode: true,
  errorMessage: true,
  errorScope: true,
  errorRetriable: true,
  errorAttemptId: true,
} as const;

/** Null while nothing went wrong. */
export function failureOf(row: ErrorColumns): Failure | null {
  if (row.errorCode === null) return null;
  return {
    code: row.errorCode,
    message: row.errorMessage ?? row.errorCode,
    // Rows from before these were kept have neither.
    scope: errorScopes.find((scope) => scope === row.errorScope) ?? "INTERNAL",
    retriable: row.errorRetriable ?? false,
    attemptId: row.errorAttemptId,
    ...(row.logTail !== undefined && { logTail: row.logTail }),
  };
}

export const FailureType = builder.objectRef<Failure>("Failure").implement({
  description: "Why something ended badly.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "Stable, upper snake case, e.g. `SOURCE_NOT_A_VIDEO`." }),
    message: t.string({
      description:
        "A sentence for people: which thing, what was expected, what came, what to do. Without addresses to upload and viewer tokens.",
      resolve: ({ message }, _args, { viewer }) =>
        viewer?.grant ? message.replaceAll(/\bhttps?:\/\/[^\s"']+/gi, "(address)") : message,
    }),
    scope: t.field({
      type: ErrorScope,
      description: "Whose fault it was.",
      resolve: (failure) => failure.scope,
    }),
    retriable: t.exposeBoolean("retriable", {
      description: "Whether another attempt may succeed with the same input; false: it is final.",
    }),
    logTail: t.string({
      nullable: true,
      description: "The last lines that ffmpeg wrote, when it was ffmpeg that failed.",
      resolve: async ({ attemptId: id, logTail }, _args, ctx) => {
        if (id === null || logTail !== undefined) return logTail ?? null;
        // Look-ups of one list are joined by Prisma.
        const attempt = await ctx.db.attempt.findUnique({ where: { id }, select: { logTail: true } });
        return attempt?.logTail ?? null;
      },
    }),
  }),
});
