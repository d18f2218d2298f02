import type { RecordedError } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { ErrorScope } from "./enums.ts";

/** Why something ended badly, and ffmpeg's lines where they are already read: those of an attempt's own. */
export interface Failure extends RecordedError {
  logTail?: string | null;
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
        if (id === undefined || logTail !== undefined) return logTail ?? null;
        // Look-ups of one list are joined by Prisma.
        const attempt = await ctx.db.attempt.findUnique({ where: { id }, select: { logTail: true } });
        return attempt?.logTail ?? null;
      },
    }),
  }),
});
