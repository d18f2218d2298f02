/** The whole database as a value, and the invariants between two such values. */
import {
  type AttemptOutcome,
  isTerminal,
  type JobStatus,
  jobTransitions,
  type VariantStatus,
  type VideoStatus,
  variantRetries,
  variantTransitions,
  videoRetries,
  videoTransitions,
} from "@reelay/contracts";
import type { PrismaClient } from "../../prisma/generated/client.ts";

type Row = Record<string, unknown> & { id: string };
export interface VideoRow extends Row {
  status: VideoStatus;
  revision: number;
  playable_at: string | null;
}
export interface VariantRow extends Row {
  video_id: string;
  name: string;
  position: number;
  width: number | null;
  height: number | null;
  frame_rate: number | null;
  status: VariantStatus;
  attempt_id: string | null;
  playlist: { key: string; isComplete: boolean; segments: number } | null;
}
export interface JobRow extends Row {
  video_id: string;
  status: JobStatus;
  cancel_requested_at: string | null;
}
export interface TaskRow extends Row {
  job_id: string;
  status: JobStatus;
}
export interface AttemptRow extends Row {
  task_id: string;
  outcome: AttemptOutcome | null;
  sequence: number;
}

interface AudioRow extends Record<string, unknown> {
  video_id: string;
  name: string;
  label: string | null;
  role: string | null;
  start_ms: number;
  channels: number;
  language: string | null;
  playlist: VariantRow["playlist"];
}

export interface Snapshot {
  videos: VideoRow[];
  variants: VariantRow[];
  jobs: JobRow[];
  tasks: TaskRow[];
  attempts: AttemptRow[];
  audio_tracks: AudioRow[];
  [table: string]: unknown[];
}

/** Every row of every table. */
export async function readSnapshot(db: PrismaClient): Promise<Snapshot> {
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_%'`;
  const columns = tables.map(
    ({ name }) =>
      `(SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text), '[]') FROM "${name}" t) AS "${name}"`,
  );
  const [row] = await db.$queryRawUnsafe<Snapshot[]>(`SELECT ${columns.join(", ")}`);
  if (row === undefined) throw new Error("A SELECT without a table has one row.");
  return row;
}

/** The columns that viewers can notice, without progress, which bypasses the rows. */
const unseen = new Set([
  "updated_at",
  "revision",
  "fraction",
  "frames",
  "fps",
  "speed",
  "eta_ms",
  "size_bytes",
  "playlist",
  "lease_until",
  "sequence",
  "progress_sequence",
  "dispatched_at",
  "published_at",
]);

function visible(snapshot: Snapshot, videoId: string): string {
  const jobs = snapshot.jobs.filter((job) => job.video_id === videoId);
  const tasks = snapshot.tasks.filter(({ job_id }) => jobs.some(({ id }) => id === job_id));
  const rows = [
    ...snapshot.videos.filter(({ id }) => id === videoId),
    ...snapshot.variants.filter(({ video_id }) => video_id === videoId),
    ...jobs,
    ...tasks,
    ...snapshot.attempts.filter(({ task_id }) => tasks.some(({ id }) => id === task_id)),
  ];
  return JSON.stringify(rows, (key, value: unknown) => (unseen.has(key) ? undefined : value));
}

/** All columns of ended rows, except whether a newer job superseded them. */
const endOf = (row: JobRow | TaskRow): string =>
  JSON.stringify(row, (key, value: unknown) => (key === "is_superseded" ? undefined : value));

/**
 * A single late report starts and ends its attempt in one transaction: QUEUED, RUNNING, and the state after
 * it.
 */
const isJobPath = (was: JobStatus, is: JobStatus): boolean =>
  was === is ||
  [was, ...(was === "QUEUED" ? ["RUNNING" as const] : [])].some((at) => jobTransitions[at].includes(is));

/** Violations in `after`, given that it follows `before`. Empty: none. */
export function findViolations(before: Snapshot, after: Snapshot): string[] {
  const found: string[] = [];
  const check = (isRight: boolean, what: string) => {
    if (!isRight) found.push(what);
  };
  const both = <R extends Row>(rows: (snapshot: Snapshot) => R[]) =>
    rows(after).flatMap((row) => {
      const earlier = rows(before).find(({ id }) => id === row.id);
      return earlier ? [[earlier, row] as const] : [];
    });
  const isRetried = (videoId: string) =>
    after.jobs.some((job) => job.video_id === videoId && !before.jobs.some(({ id }) => id === job.id));

  for (const [was, is] of both(({ videos }) => videos)) {
    const allowed = isRetried(is.id) ? videoRetries : videoTransitions;
    const isLegal = was.status === is.status || allowed[was.status].includes(is.status);
    check(isLegal, `video ${was.status} became ${is.status}`);
    check(is.revision >= was.revision, "revision went back");
    const isSeen = visible(before, is.id) !== visible(after, is.id);
    check(!isSeen || is.revision > was.revision, `a visible change without a revision: ${was.status}`);
  }
  for (const [was, is] of both(({ variants }) => variants)) {
    const allowed = isRetried(is.video_id) ? variantRetries : variantTransitions;
    const isLegal = was.status === is.status || allowed[was.status].includes(is.status);
    check(isLegal, `variant ${is.name} ${was.status} became ${is.status}`);
    if (was.status !== "READY") continue;
    check(was.attempt_id === is.attempt_id, `READY variant ${is.name} went to another attempt`);
    check(
      JSON.stringify(was.playlist) === JSON.stringify(is.playlist),
      `READY variant ${is.name} got another playlist`,
    );
  }
  for (const table of ["jobs", "tasks"] as const) {
    for (const [was, is] of both<JobRow | TaskRow>((snapshot) => snapshot[table])) {
      check(isJobPath(was.status, is.status), `${table}: ${was.status} became ${is.status}`);
      check(!isTerminal(was.status) || endOf(was) === endOf(is), `${table}: an end changed`);
    }
  }
  for (const [was, is] of both(({ attempts }) => attempts)) {
    check(was.outcome === null || was.outcome === is.outcome, `attempt ${was.outcome} became ${is.outcome}`);
    check(was.outcome === null || JSON.stringify(was) === JSON.stringify(is), "a closed attempt changed");
    check(is.sequence >= was.sequence, "an attempt's sequence went back");
  }
  for (const task of after.tasks) {
    const open = after.attempts.filter(({ task_id, outcome }) => task_id === task.id && outcome === null);
    check(open.length < 2, "two open attempts of one task");
    check((open.length === 1) === (task.status === "RUNNING"), `${open.length} open, task ${task.status}`);
  }
  for (const job of after.jobs) {
    const tasks = after.tasks.filter(({ job_id }) => job_id === job.id);
    check(
      tasks.every(({ status }) => status === job.status),
      `job ${job.status}, tasks differ`,
    );
  }
  for (const video of after.videos) {
    const active = after.jobs.filter((job) => job.video_id === video.id && !isTerminal(job.status));
    check(active.length < 2, "two jobs under way");
    const isSettled = video.status === "READY" || video.status === "FAILED";
    check(isSettled === (active.length === 0), `video ${video.status} with ${active.length} jobs under way`);
  }
  return found;
}
