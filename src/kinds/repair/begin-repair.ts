/** Starts the repair of a damaged video: one job for its renditions, and one per asset. */
import { randomUUID } from "node:crypto";
import { Profile } from "@reelay/contracts";
import type { Source } from "../../../prisma/generated/client.ts";
import { lockOwnVideo, lockVideo, type Viewer } from "../../auth/index.ts";
import type { OperationDeps } from "../../context/index.ts";
import { damagedParts, type InspectedVideo, inspectedRows } from "../../damage/index.ts";
import { assetsOf, firstTaskOf, isVideoJob, storeTransaction, videoKindOf } from "../../database/index.ts";
import { ConflictError } from "../../errors/index.ts";
import type { Tx } from "../../events/index.ts";
import { onceByKey } from "../../idempotency/index.ts";
import { createJob, jobUnderWay } from "../../jobs/index.ts";
import type { Metrics } from "../../telemetry/index.ts";
import { createAssetJob, jobBefore, needsVariants } from "../asset/index.ts";
import { assetKinds } from "../asset-kinds.ts";
import { readGrid } from "../render/index.ts";
import { planRepair, type RepairPlan } from "./plan-repair.ts";

type RepairDeps = Pick<OperationDeps, "db" | "store" | "clock" | "log" | "limits"> & {
  /** Default: no metrics. */
  metrics?: Pick<Metrics, "jobCreated"> | undefined;
};

/** Pause before an automatic repair of the same object is tried again. */
export const REPAIR_PAUSE_MS = 86_400_000;

/**
 * Repairs a video on request. Throws `NotFoundError`, `QuotaExceededError`, `ConflictError`
 * (`NOTHING_TO_REPAIR`, `VIDEO_BUSY`, `SOURCE_GONE`, `CAPTIONS_LOST`).
 */
export async function repairVideo(
  deps: RepairDeps,
  viewer: Viewer,
  { videoId, idempotencyKey: key }: { videoId: string; idempotencyKey?: string | null },
): Promise<{ videoId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key, operation: "repairVideo", input: { videoId } };
  await onceByKey(deps.db, request, async (tx, id) => {
    await lockOwnVideo(tx, viewer, videoId);
    await repairIn(tx, deps, { videoId, jobId: id });
  });
  return { videoId };
}

/** Repairs damage without a repair attempt within a day. Resolves to true if a repair started. */
export async function repairAutomatically(deps: RepairDeps, videoId: string): Promise<boolean> {
  try {
    return await deps.db.$transaction(async (tx) => {
      if (!(await lockVideo(tx, videoId))) return false;
      const before = new Date(deps.clock().getTime() - REPAIR_PAUSE_MS);
      await repairIn(tx, deps, { videoId, jobId: randomUUID(), before });
      return true;
    }, storeTransaction);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    deps.log.info({ videoId, code: error.code }, "repair.not-started");
    return false;
  }
}

/** The caller holds the video's lock. `before`: only damage without a repair since then. */
export async function repairIn(
  tx: Tx,
  deps: RepairDeps,
  { videoId, jobId, before }: { videoId: string; jobId: string; before?: Date },
): Promise<void> {
  const include = { ...inspectedRows, source: true };
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include });
  const damages = video.damages.filter(
    ({ repairAt }) => before === undefined || repairAt === null || repairAt < before,
  );
  if (damages.length === 0) {
    throw new ConflictError(
      "NOTHING_TO_REPAIR",
      "This video has no known damage. The scrub and failed downloads report damage.",
    );
  }
  await assertIdle(tx, video);
  const jobs = await tx.job.findMany({
    where: { videoId, ...isVideoJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true, profile: true, priority: true, plan: true },
  });
  const [newest] = jobs;
  if (newest === undefined) throw new Error(`Video ${videoId} has no job.`);
  const job = { ...newest, plan: jobs.find(({ plan }) => plan !== null)?.plan ?? null };
  const plan = planRepair({ ...video, ...damagedParts(video), damages }, readGrid(job.plan));
  const begun = await beginAll(tx, deps, { video, job, plan, jobId });
  const now = deps.clock();
  for (const [subject, { repairJobId, obstacle }] of begun) {
    await tx.damage.updateMany({
      where: { videoId, subject, key: { in: damages.map(({ key }) => key) } },
      data: { repairJobId, obstacle, repairAt: now },
    });
  }
  const obstacles = [...begun.values()].flatMap(({ obstacle }) => obstacle ?? []);
  // A request fails with the reason; an automatic repair stores it with the damage.
  if (before === undefined && obstacles.length === begun.size) {
    throw new ConflictError(isSourceNeeded(plan) ? "SOURCE_GONE" : "CAPTIONS_LOST", obstacles[0] ?? "");
  }
}

async function assertIdle(tx: Tx, { id }: InspectedVideo): Promise<void> {
  const busy = (await jobUnderWay(tx, id)) ?? (await jobUnderWay(tx, id, "REPAIR"));
  if (busy === null) return;
  throw new ConflictError(
    "VIDEO_BUSY",
    `Another job of this video is ${busy.status}. Wait until it has ended, then repair the video.`,
  );
}

const isSourceNeeded = ({ renditions }: RepairPlan): boolean => renditions !== null;

interface Beginning {
  video: InspectedVideo & { source: Source | null };
  job: { id: string; profile: unknown; priority: "INTERACTIVE" | "STANDARD" | "BULK"; plan: unknown };
  plan: RepairPlan;
  jobId: string;
}

interface Begun {
  repairJobId: string | null;
  obstacle: string | null;
}

/** Resolves to the outcome for each subject. */
async function beginAll(
  tx: Tx,
  deps: RepairDeps,
  { video, job, plan, jobId }: Beginning,
): Promise<Map<string, Begun>> {
  const begun = new Map<string, Begun>();
  const now = deps.clock();
  const { workspaceId, id: videoId } = video;
  const profile = Profile.parse(job.profile);
  const limits = { now, maxActiveJobs: deps.limits.activeJobs };
  const common = { workspaceId, videoId, priority: "STANDARD" as const };
  for (const subject of plan.lost) begun.set(subject, { repairJobId: null, obstacle: CAPTIONS_LOST });
  if (plan.renditions !== null) {
    const { source } = video;
    const sourceExists = source !== null && (await isThere(deps, source));
    const { repairs, onlyVariants, left } = plan.renditions;
    if (sourceExists) {
      const firstTask = firstTaskOf(videoKindOf(source.kind));
      const repair = { ...common, id: jobId, kind: "REPAIR", firstTask, profile, isReady: true };
      await tx.job.updateMany({ where: { videoId, kind: "REPAIR" }, data: { isSuperseded: true } });
      await createJob(tx, { ...repair, retryOfId: job.id, onlyVariants, repairs, left }, limits);
    }
    const outcome = sourceExists
      ? { repairJobId: jobId, obstacle: null }
      : { repairJobId: null, obstacle: SOURCE_GONE };
    for (const subject of repairs) begun.set(subject, outcome);
  }
  for (const kind of plan.assets) {
    const underWay = await jobUnderWay(tx, videoId, kind);
    const id = underWay?.id ?? randomUUID();
    const job = {
      ...common,
      id,
      kind,
      profile,
      ...assetKinds[kind].remake({ ...video, ...assetsOf(video) }, profile),
    };
    const dependsOnId = needsVariants(assetKinds[kind], video.source) ? await jobBefore(tx, video) : null;
    if (!underWay) await createAssetJob(tx, { ...job, dependsOnId }, limits);
    begun.set(kind.toLowerCase(), { repairJobId: id, obstacle: null });
  }
  if (plan.renditions !== null || plan.assets.length > 0) deps.metrics?.jobCreated(common.priority);
  return begun;
}

/** Whether a source can be read, or fetched again. */
async function isThere(
  { store }: RepairDeps,
  { objectKey, receivedAt, url }: Pick<Source, "objectKey" | "receivedAt" | "url">,
): Promise<boolean> {
  return receivedAt === null ? url !== null : (await store.head(objectKey)) !== null;
}

const SOURCE_GONE =
  "The source is no longer in the store, so this cannot be made again. Create the video again from your copy.";
const CAPTIONS_LOST =
  "Captions are kept in one place only, so they cannot be made again. Upload them again with setCaptions.";
