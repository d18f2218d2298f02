/** Damage as people and clients see it: one entry for each subject. */
import type { RecordedError } from "@reelay/contracts";
import type { Damage, Job } from "../../prisma/generated/client.ts";
import { errorOf } from "../database/index.ts";
import type { DamageCode } from "./damage-code.ts";

/** The state of the repair. */
export type RepairState = "WAITING" | "REPAIRING" | "FAILED" | "IMPOSSIBLE";

export interface DescribedDamage {
  code: DamageCode;
  subject: string;
  objects: number;
  spans: { startMs: number; endMs: number }[];
  foundAt: Date;
  repair: RepairState;
  repairJobId: string | null;
  message: string;
}

type RepairJob = Pick<Job, "id" | "status" | "error">;

/** @param jobs past and current repair jobs by id. Pure. */
export function describeDamages(
  damages: readonly Damage[],
  jobs: ReadonlyMap<string, RepairJob>,
): DescribedDamage[] {
  return [...Map.groupBy(damages, ({ subject }) => subject)].map(([subject, all]) => {
    const [first] = all.toSorted((a, b) => a.foundAt.getTime() - b.foundAt.getTime());
    const isMissing = all.some(({ code }) => code.endsWith("_MISSING"));
    const worst = all.find(({ code }) => code.endsWith("_MISSING") === isMissing);
    const repairJobId = all.find((damage) => damage.repairJobId !== null)?.repairJobId ?? null;
    const job = repairJobId === null ? undefined : jobs.get(repairJobId);
    const obstacle = all.find((damage) => damage.obstacle !== null)?.obstacle ?? null;
    const repair = stateOf(obstacle, repairJobId, job);
    const spans = joinSpans(all);
    return {
      subject,
      objects: all.length,
      spans,
      repair,
      repairJobId,
      code: (worst?.code ?? "OBJECT_DAMAGED") as DamageCode,
      foundAt: first?.foundAt ?? new Date(0),
      message: [toSentence(subject, all.length, { isMissing, spans }), next(repair, obstacle, job)].join(" "),
    };
  });
}

function stateOf(obstacle: string | null, jobId: string | null, job: RepairJob | undefined): RepairState {
  if (obstacle !== null) return "IMPOSSIBLE";
  if (jobId === null) return "WAITING";
  return job && ["PENDING", "QUEUED", "RUNNING"].includes(job.status) ? "REPAIRING" : "FAILED";
}

/** Joins spans that touch or lie within a second of each other. */
function joinSpans(damages: readonly Damage[]): { startMs: number; endMs: number }[] {
  const joined: { startMs: number; endMs: number }[] = [];
  const spans = damages.flatMap(({ startMs, endMs }) =>
    startMs === null || endMs === null ? [] : [{ startMs, endMs }],
  );
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = joined.at(-1);
    if (last && span.startMs <= last.endMs + 1_000) last.endMs = Math.max(last.endMs, span.endMs);
    else joined.push(span);
  }
  return joined;
}

const assetNames: Readonly<Record<string, string>> = {
  poster: "The poster",
  storyboard: "The storyboard",
  download: "The MP4 download",
  preview: "The preview",
  captions: "A caption file",
};

function toSentence(
  subject: string,
  count: number,
  { isMissing, spans }: { isMissing: boolean; spans: readonly { startMs: number; endMs: number }[] },
): string {
  const asset = assetNames[subject];
  if (asset !== undefined) return `${asset} is ${isMissing ? "missing from the store" : "damaged"}.`;
  const what = count === 1 ? "1 segment is" : `${count} segments are`;
  const how = isMissing ? "missing from the store" : "damaged";
  const where = spans
    .slice(0, 3)
    .map(({ startMs, endMs }) => `${clock(startMs)} to ${clock(endMs)}`)
    .join(", ");
  const more = spans.length > 3 ? ` and ${spans.length - 3} more places` : "";
  return `${what} ${how} in ${subject}${where ? ` (${where}${more})` : ""}.`;
}

function next(repair: RepairState, obstacle: string | null, job: RepairJob | undefined): string {
  switch (repair) {
    case "WAITING":
      return "It will be repaired as soon as no other job of the video is running.";
    case "REPAIRING":
      return "It is being repaired; the video remains playable.";
    case "IMPOSSIBLE":
      return obstacle ?? "";
    default:
      return describeFailure(job && errorOf(job));
  }
}

const describeFailure = (error: RecordedError | null | undefined): string =>
  error
    ? `The last repair failed: ${error.message} Repair the video to try again.`
    : "The last repair did not restore it. Repair the video to try again.";

/** `1:02:03`, `2:03`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
