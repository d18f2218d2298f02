import type { BatchHeadFragment } from "../api/index.ts";

type BatchTool = "start" | "pause" | "resume" | "cancel" | "retry" | "delete";

/** What can be done with a batch in its state. Pure. */
export function planTools({
  status,
  counts,
  startsByItself,
}: Pick<BatchHeadFragment, "status" | "counts" | "startsByItself">): readonly BatchTool[] {
  const retry: readonly BatchTool[] = counts.failed > 0 ? ["retry"] : [];
  switch (status) {
    case "CHECKING":
      return startsByItself ? ["cancel"] : ["start", "cancel"];
    case "CHECKED":
      return counts.valid > 0 ? ["start", "cancel"] : ["cancel"];
    case "RUNNING":
      return [...retry, "pause", "cancel"];
    case "PAUSED":
      return [...retry, "resume", "cancel"];
    case "SUCCEEDED":
    case "PARTIAL":
      return [...retry, "delete"];
    case "CANCELED":
    case "FAILED":
      return ["delete"];
  }
}

/** Whether its rows or their videos change. Pure. */
export const isBatchMoving = (status: BatchHeadFragment["status"]): boolean =>
  status === "CHECKING" || status === "RUNNING" || status === "PAUSED";
