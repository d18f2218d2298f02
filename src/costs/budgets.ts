/** Budgets: what jobs may cost. A job reserves its estimate when its first task is dispatched. */
import { Profile } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { costOf, formatMicros, isFree, type OfferBook, totalOf } from "../prices/index.ts";
import { estimateWork, featuresOf, objectsOf, sourceBytesOf } from "../work/index.ts";
import { recordReached } from "./reached-budgets.ts";
import type { Refusal, Use } from "./refusal.ts";

/** In micro-USD; null: unlimited. */
export interface Budgets {
  /** Of one job, and of a workspace: defaults for workspaces without values of their own. */
  jobMicros: number | null;
  dayMicros: number | null;
  monthMicros: number | null;
  /** Of all workspaces together, from one full hour to the next. */
  hourMicros: number | null;
}

export const noBudgets: Budgets = { jobMicros: null, dayMicros: null, monthMicros: null, hourMicros: null };

/** A job that would start. */
interface Applicant {
  jobId: string;
  workspaceId: string;
  amountMicros: number;
}

/** Without facts about its source, a job is taken for ten minutes of 1080p. */
const unknownFacts = { durationMs: 600_000, width: 1_920, height: 1_080, frameRate: 30 };

interface State {
  budgets: ReadonlyMap<string, Budgets>;
  /** By workspace: of its day and month. */
  uses: ReadonlyMap<string, { DAY: Use; MONTH: Use }>;
  hour: Use;
}

/**
 * Why a job may not start now; null if it fits into all its budgets: what was spent, what active jobs have
 * reserved, and its estimate stay within the limit. Pure.
 */
export function judgeBudget(
  { workspaceId, amountMicros }: Applicant,
  { budgets, uses, hour }: State,
): Refusal | null {
  const { jobMicros, dayMicros, monthMicros, hourMicros } = budgets.get(workspaceId) ?? noBudgets;
  const none = { spentMicros: 0, reservedMicros: 0 };
  const use = uses.get(workspaceId) ?? { DAY: none, MONTH: none };
  const checks = [
    {
      period: "JOB",
      limit: jobMicros,
      use: none,
      of: "per job",
      until: "Raise the budget, or cancel the job.",
    },
    {
      period: "DAY",
      limit: dayMicros,
      use: use.DAY,
      of: "of the day",
      until: "It starts after midnight (UTC), or when other jobs cost less than reserved.",
    },
    {
      period: "MONTH",
      limit: monthMicros,
      use: use.MONTH,
      of: "of the month",
      until: "It starts next month (UTC), or when other jobs cost less than reserved.",
    },
    {
      period: "HOUR",
      limit: hourMicros,
      use: hour,
      of: "of the installation's hour",
      until: "It starts in the next hour, or when other jobs cost less than reserved.",
    },
  ] as const;
  for (const { period, limit, use: used, of, until } of checks) {
    if (limit === null || used.spentMicros + used.reservedMicros + amountMicros <= limit) continue;
    const taken =
      period === "JOB"
        ? ""
        : `, of which ${formatMicros(used.spentMicros)} are spent and ${formatMicros(used.reservedMicros)} reserved`;
    return {
      ...{ ...used, period, limitMicros: limit, amountMicros },
      reason: `May cost ${formatMicros(amountMicros)}, and the budget ${of} is ${formatMicros(limit)}${taken}. ${until}`,
    };
  }
  return null;
}

interface Waiting {
  jobId: string;
  workspaceId: string;
  pool: Pool;
}

interface Deps {
  budgets: Budgets;
  offers: OfferBook;
  now: Date;
}

/**
 * Reserves the high estimates of jobs whose first tasks are dispatched, in their order, and returns those
 * that do not fit with the reason. Part of the transaction that dispatches. Jobs that reserved before are not
 * asked again: what has begun may finish.
 *
 * Locks: an advisory lock per workspace with a budget, and one for the hour of the installation, until the
 * commit, so that no two dispatchers reserve the same money. Ends of attempts take no lock: they move money
 * from reserved to spent in one commit.
 */
export async function reserveBudgets(
  tx: Tx,
  jobs: readonly Waiting[],
  deps: Deps,
): Promise<Map<string, Refusal>> {
  const refusals = new Map<string, Refusal>();
  const applicants = await readApplicants(tx, jobs, deps);
  if (applicants.length === 0) return refusals;
  const workspaceIds = [...new Set(applicants.map(({ workspaceId }) => workspaceId))].toSorted();
  if (deps.budgets.hourMicros !== null)
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.budget'), 0)`;
  for (const id of workspaceIds)
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.budget-of'), hashtext(${id}))`;
  const refused: Array<[Applicant, Refusal]> = [];
  const state = await readState(tx, workspaceIds, deps);
  for (const applicant of applicants) {
    const refusal = judgeBudget(applicant, state);
    if (refusal === null) reserve(state, applicant);
    else {
      refusals.set(applicant.jobId, refusal);
      refused.push([applicant, refusal]);
    }
  }
  await recordReached(tx, refused, deps.now);
  const admitted = applicants.filter(({ jobId }) => !refusals.has(jobId));
  await tx.$executeRaw`
    UPDATE jobs SET reserved_micros = admitted.amount
    FROM unnest(${admitted.map(({ jobId }) => jobId)}::uuid[], ${admitted.map(({ amountMicros }) => BigInt(amountMicros))}::int8[]) AS admitted(id, amount)
    WHERE jobs.id = admitted.id`;
  return refusals;
}

/** Why waiting jobs may not start; those that may are absent. Reserves nothing. */
export async function explainBudgets(
  db: Db,
  jobs: readonly Waiting[],
  deps: Deps,
): Promise<Map<string, Refusal>> {
  const applicants = await readApplicants(db, jobs, deps);
  if (applicants.length === 0) return new Map();
  const state = await readState(db, [...new Set(applicants.map(({ workspaceId }) => workspaceId))], deps);
  return new Map(
    applicants.flatMap((applicant) => {
      const refusal = judgeBudget(applicant, state);
      return refusal ? [[applicant.jobId, refusal] as const] : [];
    }),
  );
}

function reserve({ uses, hour }: State, { workspaceId, amountMicros }: Applicant): void {
  const use = uses.get(workspaceId);
  for (const each of [use?.DAY, use?.MONTH, hour]) if (each) each.reservedMicros += amountMicros;
}

/** The jobs that have reserved nothing, have a budget and a price, with their high estimates. */
async function readApplicants(
  db: Db,
  jobs: readonly Waiting[],
  { budgets, offers }: Deps,
): Promise<Applicant[]> {
  if (offers.offers.every(({ rate }) => isFree(rate))) return [];
  const known = new Map(jobs.map((job) => [job.jobId, job]));
  const hasDefaults = Object.values(budgets).some((limit) => limit !== null);
  const rows = await db.job.findMany({
    where: {
      ...{ id: { in: [...known.keys()] }, reservedMicros: null },
      ...(!hasDefaults && {
        workspace: {
          OR: [
            { maxJobMicros: { not: null } },
            { maxDayMicros: { not: null } },
            { maxMonthMicros: { not: null } },
          ],
        },
      }),
    },
    select: {
      ...{ id: true, workspaceId: true, kind: true, profile: true },
      video: {
        select: {
          ...{ durationMs: true, width: true, height: true, frameRate: true },
          source: { select: { kind: true, params: true, sizeBytes: true } },
        },
      },
    },
  });
  const applicants: Applicant[] = [];
  for (const [jobId, { pool }] of known) {
    const row = rows.find(({ id }) => id === jobId);
    if (row?.video.source) {
      const amountMicros = await estimateJob(db, { ...row, source: row.video.source, pool }, offers);
      applicants.push({ jobId, workspaceId: row.workspaceId, amountMicros });
    }
  }
  return applicants;
}

interface EstimatedJob {
  kind: string;
  profile: unknown;
  pool: Pool;
  video: { durationMs: number | null; width: number | null; height: number | null; frameRate: number | null };
  source: { kind: "UPLOAD" | "URL" | "MANIM" | "TEMPLATE"; params: unknown; sizeBytes: bigint | null };
}

/** The high estimate on the dearest machines that may take it. */
async function estimateJob(db: Db, job: EstimatedJob, { offers }: OfferBook): Promise<number> {
  const profile = Profile.parse(job.profile);
  const { durationMs, width, height, frameRate } = job.video;
  const facts =
    durationMs && width && height
      ? { durationMs, width, height, frameRate: frameRate ?? 30, ...sourceBytesOf(job.source) }
      : null;
  const key = { kind: job.kind, source: job.source.kind, params: job.source.params, profile: profile.name };
  const mine = offers.filter(({ pool }) => pool === job.pool);
  let most = 0;
  for (const offer of mine.length > 0 ? mine : offers) {
    const estimate = (features: ReturnType<typeof featuresOf> | null) =>
      estimateWork(db, key, { offer: offer.name, features });
    const work =
      (await estimate(facts && featuresOf(profile, facts))) ??
      (await estimate(featuresOf(profile, unknownFacts)));
    if (work === null) continue;
    const lines = costOf(offer.rate, {
      wallSeconds: work.wallSeconds.high,
      cpuSeconds: work.cpuSeconds.high,
      objects: objectsOf(profile, facts ?? unknownFacts),
      bytesRead: Number(job.source.sizeBytes ?? 0),
    });
    most = Math.max(most, totalOf(lines));
  }
  return most;
}

async function readState(db: Db, workspaceIds: readonly string[], { budgets, now }: Deps): Promise<State> {
  const rows = await db.workspace.findMany({
    where: { id: { in: [...workspaceIds] } },
    select: { id: true, maxJobMicros: true, maxDayMicros: true, maxMonthMicros: true },
  });
  const uses = await db.$queryRaw<Array<{ id: string; day: number; month: number; reserved: number }>>`
    SELECT w.id, coalesce(sum(s.micros) FILTER (WHERE s.hour >= date_trunc('day', ${now}::timestamptz, 'UTC')), 0)::float8 AS day,
      coalesce(sum(s.micros), 0)::float8 AS month, (
        SELECT coalesce(sum(greatest(reserved_micros - spent_micros, 0)), 0)::float8 FROM jobs
        WHERE workspace_id = w.id AND reserved_micros IS NOT NULL AND status IN ('QUEUED', 'RUNNING')) AS reserved
    FROM unnest(${[...workspaceIds]}::uuid[]) AS w(id) LEFT JOIN LATERAL (
      SELECT hour, micros FROM spend_hours WHERE workspace_id = w.id AND hour >= date_trunc('month', ${now}::timestamptz, 'UTC')
      UNION ALL SELECT at, micros FROM spend_changes WHERE workspace_id = w.id AND at >= date_trunc('month', ${now}::timestamptz, 'UTC')) s ON true
    GROUP BY w.id`;
  const hour = budgets.hourMicros === null ? { spentMicros: 0, reservedMicros: 0 } : await readHour(db, now);
  const idle = await readIdle(db, now);
  for (const use of uses)
    use.reserved += sum(idle.filter(({ workspaceIds }) => workspaceIds.includes(use.id)));
  hour.reservedMicros += sum(idle);
  const own = (value: bigint | null, usual: number | null) => (value === null ? usual : Number(value));
  return {
    budgets: new Map(
      rows.map((row) => [
        row.id,
        {
          jobMicros: own(row.maxJobMicros, budgets.jobMicros),
          dayMicros: own(row.maxDayMicros, budgets.dayMicros),
          monthMicros: own(row.maxMonthMicros, budgets.monthMicros),
          hourMicros: budgets.hourMicros,
        },
      ]),
    ),
    uses: new Map(
      uses.map(({ id, day, month, reserved }) => [
        id,
        {
          DAY: { spentMicros: day, reservedMicros: reserved },
          MONTH: { spentMicros: month, reservedMicros: reserved },
        },
      ]),
    ),
    hour,
  };
}

async function readHour(db: Db, now: Date): Promise<Use> {
  const [row] = await db.$queryRaw<[Use]>`
    SELECT ((SELECT coalesce(sum(micros), 0) FROM spend_hours WHERE hour >= date_trunc('hour', ${now}::timestamptz, 'UTC'))
        + (SELECT coalesce(sum(micros), 0) FROM spend_changes WHERE at >= date_trunc('hour', ${now}::timestamptz, 'UTC')))::float8 AS "spentMicros",
      (SELECT coalesce(sum(greatest(reserved_micros - spent_micros, 0)), 0)::float8 FROM jobs
        WHERE reserved_micros IS NOT NULL AND status IN ('QUEUED', 'RUNNING')) AS "reservedMicros"`;
  return row;
}

interface Idle {
  micros: number;
  /** Whose tasks the machine has done. */
  workspaceIds: string[];
}

const sum = (machines: readonly Idle[]): number => machines.reduce((total, { micros }) => total + micros, 0);

/**
 * What rented machines that are not charged yet have cost besides their attempts: it will be charged to these
 * workspaces, and until then each counts all of it.
 */
const readIdle = (db: Db, now: Date): Promise<Idle[]> => db.$queryRaw<Idle[]>`
  SELECT greatest(0, l.second_pico * greatest(l.minimum_seconds, extract(epoch FROM coalesce(l.ended_at, ${now}::timestamptz) - l.accepted_at)) / 1000000
      - sum(coalesce(a.compute_micros, floor((a.rate->>'slotSecond')::numeric * greatest(extract(epoch FROM ${now}::timestamptz - a.started_at), 0) / 1e6), 0)))::float8 AS micros,
    array_agg(DISTINCT j.workspace_id::text) AS "workspaceIds"
  FROM launches l JOIN join_tokens t ON t.id = l.join_token_id JOIN attempts a ON a.worker_id = t.worker_id
    JOIN tasks k ON k.id = a.task_id JOIN jobs j ON j.id = k.job_id
  WHERE l.charged_at IS NULL AND l.accepted_at IS NOT NULL AND l.second_pico > 0
  GROUP BY l.id`;
