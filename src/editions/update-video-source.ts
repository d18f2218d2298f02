import { randomUUID } from "node:crypto";
import { Profile, type RecordedError } from "@reelay/contracts";
import type { Edition, Prisma, Source, Video } from "../../prisma/generated/client.ts";
import { lockOwnVideo, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { editionJobKind, errorColumn, isVideoJob } from "../database/index.ts";
import { ConflictError, ExpectedError } from "../errors/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import { onceByKey, repeatedDespite } from "../idempotency/index.ts";
import { assertPublishedIdle, createEditionJob, jobUnderWay, settleJob } from "../jobs/index.ts";
import { admitSource } from "../quotas/index.ts";
import { beginSource, holdSourceMaterials, type SourceInput, videoNotFound } from "../videos/index.ts";
import { keepPicture, keepSettings } from "./keep-settings.ts";

interface UpdateVideoSourceInput {
  videoId: string;
  /** A script or data of the same template. Settings that it leaves out stay as they are. */
  source: SourceInput;
  idempotencyKey?: string | null;
}

type DrawnVideo = Video & { source: Source };

/**
 * Corrects a drawn video at its address: renders an edition from another source, and publishes it once it is
 * finished. The published one plays until then. An edition under way is canceled. With an `idempotencyKey`, a
 * repeat changes nothing.
 *
 * Throws `NotFoundError`, `InvalidInputError` and `InvalidDataError` of the source, `QuotaExceededError`, and
 * `ConflictError` (`SOURCE_NOT_DRAWN`, `VIDEO_NOT_READY`, `VIDEO_BUSY`).
 */
export async function updateVideoSource(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, source: asked, idempotencyKey: key }: UpdateVideoSourceInput,
): Promise<{ videoId: string; editionId: string }> {
  const { workspaceId } = viewer;
  const now = deps.clock();
  const found = await deps.db.video.findFirst({
    where: { id: videoId, workspaceId },
    include: { source: true },
  });
  if (found === null) throw videoNotFound();
  const published = assertUpdatable(found).source;
  const newId = randomUUID();
  const subject = { videoId, editionId: newId, workspaceId, now, maxBytes: 0 };
  const request = {
    ...{ workspaceId, key, operation: "updateVideoSource", resultId: newId },
    input: { videoId, source: asked },
  };
  const begun = await beginSource(deps, keepSettings(published, asked), subject).catch(
    async (refusal: unknown) => await repeatedDespite(deps.db, request, refusal),
  );
  if (typeof begun === "string") return { videoId, editionId: begun };
  const { source, forget } = begun;
  try {
    const editionId = await onceByKey(deps.db, request, async (tx) => {
      await lockOwnVideo(tx, viewer, videoId);
      const current = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: { source: true } });
      const video = assertUpdatable(current);
      await assertPublishedIdle(tx, videoId);
      await admitSource(tx, { workspaceId, sizeBytes: 0, now, limits: deps.limits });
      const number = (await supersede(tx, video, now)) + 1;
      const { filename, contentType = null, sizeBytes = 0n, objectKey } = source;
      const params = keepPicture(published, asked, source.params);
      const row = { filename, contentType, sizeBytes, objectKey, params: params as Prisma.InputJsonObject };
      const edition = await tx.edition.create({
        data: { ...row, id: newId, videoId, number, createdAt: now },
      });
      await holdSourceMaterials(tx, videoId, source);
      await begin(tx, deps, video, edition);
    });
    if (editionId !== newId) await forget();
    return { videoId, editionId };
  } catch (error) {
    // After an outage the row may exist.
    if (error instanceof ExpectedError) await forget();
    throw error;
  }
}

function assertUpdatable(video: Video & { source: Source | null }): DrawnVideo {
  const { status, source } = video;
  if (source === null) throw videoNotFound();
  // Its kind first: waiting would not help.
  if (status === "READY" || source.params === null) return { ...video, source };
  const remedy =
    status === "FAILED"
      ? "Retry it with retryVideo, or create the video again from the corrected source."
      : "Try again once it is READY, or cancel it and create the video again.";
  throw new ConflictError(
    "VIDEO_NOT_READY",
    `The video is ${status}, so nothing is published yet. ${remedy}`,
  );
}

/**
 * Ends what precedes a new edition: one that is under way is canceled, and the chunks of unpublished ones are
 * given up. Resolves to the highest number so far.
 */
async function supersede(tx: Tx, video: DrawnVideo, now: Date): Promise<number> {
  const videoId = video.id;
  const newest = await tx.edition.findFirst({ where: { videoId }, orderBy: { number: "desc" } });
  if (newest === null) return (await recordFirst(tx, video)).number;
  const underWay = await jobUnderWay(tx, videoId, editionJobKind);
  if (underWay !== null) {
    const job = await tx.job.findUniqueOrThrow({ where: { id: underWay.id } });
    const error = superseded(newest);
    await settleJob(tx, job, { status: "CANCELED", error }, now);
    await tx.edition.update({ where: { id: newest.id }, data: { error: errorColumn(error) } });
  }
  await tx.editionPart.deleteMany({ where: { edition: { videoId } } });
  return newest.number;
}

const superseded = ({ number }: Edition): RecordedError => ({
  code: "EDITION_SUPERSEDED",
  message: `Edition ${number + 1} took its place before it was finished.`,
  scope: "INPUT",
  retriable: false,
});

/** The edition that the video was created with. */
function recordFirst(tx: Tx, { source, ...video }: DrawnVideo): Promise<Edition> {
  const { filename, contentType, sizeBytes, objectKey, params } = source;
  return tx.edition.create({
    data: {
      ...{ videoId: video.id, number: 1, status: "PUBLISHED" },
      ...{ filename, contentType, sizeBytes: sizeBytes ?? 0n, objectKey, params: Object(params) },
      ...{ createdAt: video.createdAt, publishedAt: video.readyAt },
    },
  });
}

/** With the profile and priority of the video. */
async function begin(
  tx: Tx,
  deps: OperationDeps,
  { id: videoId, workspaceId }: DrawnVideo,
  edition: Edition,
): Promise<void> {
  const latest = await tx.job.findFirstOrThrow({
    where: { videoId, ...isVideoJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { profile: true, priority: true },
  });
  const { priority } = latest;
  const id = randomUUID();
  const profile = Profile.parse(latest.profile);
  await createEditionJob(tx, deps, { id, workspaceId, videoId, profile, priority, edition });
  await recordChange(tx, { workspaceId, videoId, jobId: id }, [
    { type: "video.edition-started", data: { edition: edition.number } },
  ]);
}
