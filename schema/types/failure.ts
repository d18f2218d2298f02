import type { RecordedError } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { ErrorScope } from "./enums.ts";

/** An error, with ffmpeg's log if the attempt's row is already loaded. */
export interface Failure extends RecordedError {
  logTail?: string | null;
}

export const FailureType = builder.objectRef<Failure>("Failure").implement({
  description: "An error of a video, variant, job or attempt.",
  fields: (t) => ({
    code: t.exposeString("code", {
      description: "Stable code in upper snake case, e.g. `SOURCE_NOT_A_VIDEO`.",
    }),
    message: t.string({
      description:
        "A readable explanation: what was expected, what happened, what to do. Upload and viewer tokens get it without addresses.",
      resolve: ({ message }, _args, { viewer }) =>
        viewer?.grant ? message.replaceAll(/\bhttps?:\/\/[^\s"']+/gi, "(address)") : message,
    }),
    scope: t.field({
      type: ErrorScope,
      description: "Origin of the error.",
      resolve: (failure) => failure.scope,
    }),
    retriable: t.exposeBoolean("retriable", {
      description: "Whether another attempt may succeed with the same input. False: the error is final.",
    }),
    line: t.int({
      nullable: true,
      description: "The script's line with the problem, from 1. Null: unknown, or not a script's.",
      resolve: ({ line }) => line ?? null,
    }),
    column: t.int({
      nullable: true,
      description: "The column in `line`, from 1. Null: unknown.",
      resolve: ({ column }) => column ?? null,
    }),
    logTail: t.string({
      nullable: true,
      description: "The last lines of ffmpeg's log, if ffmpeg failed.",
      resolve: async ({ attemptId: id, logTail }, _args, ctx) => {
        if (id === undefined || logTail !== undefined) return logTail ?? null;
        // Prisma batches the look-ups of one list.
        const attempt = await ctx.db.attempt.findUnique({ where: { id }, select: { logTail: true } });
        return attempt?.logTail ?? null;
      },
    }),
  }),
});
