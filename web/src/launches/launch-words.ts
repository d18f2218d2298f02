/** States of launches and targets in words. Pure. */
import type { LaunchesPageQuery } from "../api/index.ts";
import { formatSpan, type Word } from "../format/index.ts";

export type Launch = LaunchesPageQuery["launches"]["nodes"][number];
export type Target = LaunchesPageQuery["launchTargets"][number];

/** Ends that need no look. */
const usual: ReadonlySet<string> = new Set(["DRAINED", "OVERDUE"]);

export function launchWord({ status, endCode }: Pick<Launch, "status" | "endCode">): Word {
  switch (status) {
    case "PLANNED":
      return { text: "Planned", tone: "waiting" };
    case "STARTING":
      return { text: "Starting", tone: "waiting" };
    case "RUNNING":
      return { text: "Running", tone: "busy" };
    case "FAILED":
      return { text: "Failed", tone: "bad" };
    case "ENDED":
      return usual.has(endCode ?? "") ? { text: "Ended", tone: "quiet" } : { text: "Lost", tone: "bad" };
  }
}

export function targetWord(
  { openUntil, failures, openLaunches }: Pick<Target, "openUntil" | "failures" | "openLaunches">,
  now: number,
): Word {
  if (openUntil !== null && Date.parse(openUntil) > now) return { text: "Circuit open", tone: "bad" };
  if (failures > 0) return { text: "Trying again", tone: "waiting" };
  return openLaunches > 0 ? { text: "In use", tone: "busy" } : { text: "Idle", tone: "good" };
}

/** How long a launch took to start and how long it ran. */
export function timesOf({ plannedAt, joinedAt, endedAt }: Launch, now: number): string | null {
  if (joinedAt === null) return null;
  const start = formatSpan(Date.parse(joinedAt) - Date.parse(plannedAt));
  const ran = formatSpan((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(joinedAt));
  return `started in ${start}, ${endedAt === null ? "running for" : "ran for"} ${ran}`;
}
