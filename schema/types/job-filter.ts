import { keyOf } from "../../src/global-id.ts";
import type { JobFilter } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { given } from "../given.ts";
import { ErrorScope, JobPriority, JobStatus } from "./enums.ts";

export const JobFilterInput = builder.inputType("JobFilter", {
  description: "Which jobs: those to which all given conditions apply.",
  fields: (t) => ({
    status: t.field({ type: [JobStatus], description: "In one of these states; one value may stand alone." }),
    priority: t.field({
      type: [JobPriority],
      description: "Of one of these priorities; one value may stand alone.",
    }),
    videoId: t.id({ description: "Of this video." }),
    errorCode: t.stringList({
      description: "Failed with one of these codes, e.g. `STORE_FULL`; one value may stand alone.",
    }),
    errorScope: t.field({
      type: [ErrorScope],
      description: "Failed by one of these's fault; one value may stand alone.",
    }),
    isRetriable: t.boolean({
      description: "Failed for a reason that may pass (true), or one that is final (false).",
    }),
    isSuperseded: t.boolean({
      description: "Followed by a newer job of the same video (true), or still its newest (false).",
    }),
    createdFrom: t.field({ type: "DateTime", description: "Requested at this moment or later." }),
    createdBefore: t.field({ type: "DateTime", description: "Requested before this moment." }),
  }),
});

/** Null when nothing can match. */
export function parseJobFilter(
  filter: typeof JobFilterInput.$inferInput | null | undefined,
): JobFilter | null {
  const { videoId, ...rest } = filter ?? {};
  const key = videoId == null ? undefined : keyOf("Video", videoId);
  return key === null ? null : { ...given(rest), videoId: key };
}
