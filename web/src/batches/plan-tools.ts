import type { BatchHeadFragment } from "../api/index.ts";

type BatchTool = "start" | "pause" | "resume" | "cancel" | "retry" | "replace" | "delete";

/** What can be done with a batch in its state. Pure. */
export function planTools({
  status,
  counts,
  startsByItself,
}: Pick<BatchHeadFragment, "status" | "counts" | "startsByItself">): readonly BatchTool[] {
  const isBusy = counts.queued + counts.running > 0;
  const replace: readonly BatchTool[] = isBusy ? [] : ["replace"];
  const retry: readonly BatchTool[] = counts.failed > 0 ? ["retry"] : [];
  switch (status) {
    case "CHECKING":
      return startsByItself ? ["cancel"] : ["start", "cancel"];
    case "CHECKED":
      return [...replace, ...(counts.valid > 0 ? (["start"] as const) : []), "cancel"];
    case "RUNNING":
      return [...retry, "pause", "cancel"];
    case "PAUSED":
      return [...retry, ...replace, "resume", "cancel"];
    case "SUCCEEDED":
    case "PARTIAL":
      return [...retry, ...replace, "delete"];
    case "CANCELED":
    case "FAILED":
      return [...replace, "delete"];
  }
}

/** Whether its rows or their videos change. Pure. */
export const isBatchMoving = (status: BatchHeadFragment["status"]): boolean =>
  status === "CHECKING" || status === "RUNNING" || status === "PAUSED";
