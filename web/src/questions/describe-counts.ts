import type { QuestionSetRowFragment } from "../api/index.ts";
import { count } from "../format/index.ts";

type Counted = Pick<QuestionSetRowFragment, "status" | "requested" | "counts">;

/** `18 questions, 2 rejected, 5 verified`; while they are generated, how many were requested. Pure. */
export function describeCounts({
  status,
  requested,
  counts: { accepted, rejected, verified },
}: Counted): string {
  if (status === "GENERATING") return `${count(requested, "question")} requested`;
  return [
    count(accepted, "question"),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(verified > 0 ? [`${verified} verified`] : []),
  ].join(", ");
}
