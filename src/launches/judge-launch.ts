/** What a launch's state means: whether it runs, goes on, or has ended, and why. Pure. */
import type { LaunchStatus } from "../../prisma/generated/enums.ts";

/** After this silence a worker that said nothing of leaving has vanished. */
const VANISHED_MS = 60_000;
/** A worker that is silent so long does not report any more. */
const SILENT_MS = 15_000;
/** How late a provider may list a machine that it has accepted. */
const LISTED_MS = 60_000;

export interface LaunchFacts {
  status: LaunchStatus;
  acceptedAt: Date | null;
  joinsBy: Date;
  endsAt: Date;
  /** When its worker joined. */
  joinedAt: Date | null;
  worker: { lastSeenAt: Date; isStopping: boolean; hasWorked: boolean } | null;
  /** As the provider lists it; `UNKNOWN`: it was not asked, or did not answer. */
  listed:
    | { state: "ALIVE" | "ABSENT" | "UNKNOWN"; exitCode?: null }
    | { state: "ENDED"; exitCode: number | null };
}

export type EndCode = "DRAINED" | "NO_TASK" | "VANISHED" | "OVERDUE" | "START_TIMEOUT" | "START_FAILED";

type Judgement =
  | { is: "UNCHANGED" | "RUNNING" | "STARTING" }
  | { is: "ENDED" | "FAILED"; code: EndCode; reason: string };

/**
 * `since`: reports have arrived without a disturbance since then, so silence before it means nothing. A
 * worker that sends heartbeats is never judged to have vanished.
 */
export function judgeLaunch(facts: LaunchFacts, { now, since }: { now: Date; since: Date }): Judgement {
  const { status, acceptedAt, joinsBy, joinedAt, listed } = facts;
  if (joinedAt !== null) return judgeJoined(facts, joinedAt, { now, since });
  if (listed.state === "ENDED")
    return {
      ...{ is: "FAILED", code: "START_FAILED" },
      reason: `The machine ended before its worker joined${exitOf(listed.exitCode)}`,
    };
  if (now > joinsBy)
    return { is: "FAILED", code: "START_TIMEOUT", reason: `No worker joined by ${joinsBy.toISOString()}` };
  if (listed.state === "ABSENT" && acceptedAt !== null && now.getTime() - acceptedAt.getTime() > LISTED_MS)
    return {
      is: "FAILED",
      code: "VANISHED",
      reason: "The provider accepted the machine, and does not list it",
    };
  return { is: status === "PLANNED" && listed.state === "ALIVE" ? "STARTING" : "UNCHANGED" };
}

function judgeJoined(
  { status, worker, listed, endsAt }: LaunchFacts,
  joinedAt: Date,
  { now, since }: { now: Date; since: Date },
): Judgement {
  const heardAt = Math.max((worker?.lastSeenAt ?? joinedAt).getTime(), since.getTime());
  const silentMs = now.getTime() - heardAt;
  if (now > endsAt)
    return { is: "ENDED", code: "OVERDUE", reason: `The worker should have left by ${endsAt.toISOString()}` };
  if (silentMs < SILENT_MS) return { is: status === "RUNNING" ? "UNCHANGED" : "RUNNING" };
  if (worker?.isStopping === true || (listed.state === "ENDED" && listed.exitCode === 0))
    return worker?.hasWorked === true
      ? { is: "ENDED", code: "DRAINED", reason: "The worker found no more tasks and left" }
      : { is: "ENDED", code: "NO_TASK", reason: "The worker found no task that it can do, and left" };
  const isGone = listed.state === "ENDED" || listed.state === "ABSENT";
  if (isGone || silentMs >= VANISHED_MS)
    return {
      ...{ is: "ENDED", code: "VANISHED" },
      reason: `The worker's last report came ${Math.round(silentMs / 1_000)} s ago${listed.state === "ENDED" ? exitOf(listed.exitCode) : ""}`,
    };
  return { is: "UNCHANGED" };
}

const exitOf = (code: number | null): string => (code === null ? "" : `, with the exit code ${code}`);
