import { keyOf } from "../../src/inputs/index.ts";
import type { JobFilter } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { given } from "../given.ts";
import { ErrorScope, JobPriority, JobStatus } from "./enums.ts";

export const JobFilterInput = builder.inputType("JobFilter", {
  description: "Selects jobs that match all conditions.",
  fields: (t) => ({
    status: t.field({
      type: [JobStatus],
      description: "With one of these statuses. A single value is allowed.",
    }),
    priority: t.field({
      type: [JobPriority],
      description: "With one of these priorities. A single value is allowed.",
    }),
    videoId: t.id({ description: "Of this video." }),
    errorCode: t.stringList({
      description: "Failed with one of these codes, e.g. `STORE_FULL`. A single value is allowed.",
    }),
    errorScope: t.field({
      type: [ErrorScope],
      description: "Failed with an error of one of these scopes. A single value is allowed.",
    }),
    isRetriable: t.boolean({
      description: "Failed with an error that is temporary (true) or final (false).",
    }),
    isSuperseded: t.boolean({
      description: "Superseded by a newer job of the same video (true), or still its newest (false).",
    }),
    createdFrom: t.field({ type: "DateTime", description: "Requested at or after this time." }),
    createdBefore: t.field({ type: "DateTime", description: "Requested before this time." }),
  }),
});

/** Null if nothing can match. */
export function parseJobFilter(
  filter: typeof JobFilterInput.$inferInput | null | undefined,
): JobFilter | null {
  const { videoId, ...rest } = filter ?? {};
  const key = videoId == null ? undefined : keyOf("Video", videoId);
  return key === null ? null : { ...given(rest), videoId: key };
}
