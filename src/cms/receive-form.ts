import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError, ExpectedError } from "../errors/index.ts";
import { checkIdempotencyKey, findRepeated, storedKey } from "../idempotency/index.ts";
import { checkActiveJobs, checkSource, readRoom } from "../quotas/index.ts";
import {
  type CheckedVideo,
  checkTitle,
  checkVideo,
  externalIdTaken,
  isUsedUp,
  keyOwnerOf,
  maxBytesOf,
  usedUp,
  withoutFigures,
  writeVideo,
} from "../videos/index.ts";
import { formErrors } from "./form-error.ts";
import { type FormMetadata, parseMetadata } from "./parse-metadata.ts";
import { type FormFile, readForm } from "./read-form.ts";
import { passFile, type StoredFile, storeFile } from "./store-file.ts";

const OPERATION = "uploadForm";

interface ReceivedForm {
  videoId: string;
  /** False: an earlier form with the same idempotency key created it. */
  isNew: boolean;
  sizeBytes: number;
}

/** `isKept`: it is in the store. */
type TakenFile = StoredFile & { isKept: boolean };

/** The result of checking the metadata. */
interface Checked {
  given: FormMetadata;
  video: CheckedVideo;
  /** An earlier request had this key: nothing more is stored. */
  isRepeat: boolean;
}

/**
 * Receives a form: streams its file to the store, then writes the video and its queued job. The video is
 * created at the form's end, in one transaction, so that an interrupted or refused form leaves neither a
 * video nor an object. Metadata before the file is checked before anything is stored. Throws `FormError`,
 * `FormBrokenOffError`, the errors of `createVideo`, and the store's own errors.
 */
export async function receiveForm(
  deps: OperationDeps,
  viewer: Viewer,
  req: IncomingMessage,
  signal: AbortSignal,
): Promise<ReceivedForm> {
  const videoId = randomUUID();
  const stopped = new AbortController();
  const room = await readRoom(deps.db, viewer.workspaceId, deps.limits);
  const maxBytes = Math.min(maxBytesOf(deps, viewer), room ?? Number.POSITIVE_INFINITY);
  const got: { checking?: Promise<Checked>; stored?: TakenFile } = {};

  async function takeFile(file: FormFile): Promise<void> {
    // A spent token stores nothing. Only metadata after the file can show that the form repeats an earlier
    // one.
    const isRepeat = got.checking ? (await got.checking).isRepeat : await isSpent(deps, viewer);
    const taken = isRepeat
      ? await passFile(videoId, file, { maxBytes })
      : await storeFile(deps.store, videoId, file, { maxBytes, signal: stopped.signal });
    got.stored = { ...taken, isKept: !isRepeat };
  }

  async function takeMetadata(text: string): Promise<void> {
    await (got.checking = check(deps, viewer, videoId, parseMetadata(text)));
  }

  try {
    const takers = { file: takeFile, metadata: takeMetadata };
    await readForm(req, takers, { signal, stop: (reason) => stopped.abort(reason) });
    if (!got.stored) throw formErrors.noFile();
    const checked = await (got.checking ?? check(deps, viewer, videoId, {}));
    return await finish(deps, viewer, checked, got.stored);
  } catch (error) {
    if (got.stored) await forget(deps, videoId, got.stored, error);
    throw viewer.grant ? withoutFigures(error) : error;
  }
}

/**
 * Checks everything that is known before the file. The workspace's quota and its names may differ at the end.
 */
async function check(
  deps: OperationDeps,
  viewer: Viewer,
  videoId: string,
  given: FormMetadata,
): Promise<Checked> {
  const { db, limits, clock } = deps;
  const { workspaceId } = viewer;
  const { idempotencyKey: key } = given;
  const video = await checkVideo(deps, viewer, { ...given, title: given.title ?? "Untitled" }, videoId);
  if (typeof key === "string") {
    checkIdempotencyKey(key);
    const where = { workspaceId_key: { workspaceId, key: storedKey(key, keyOwnerOf(viewer)) } };
    if ((await db.idempotencyKey.findUnique({ where, select: { key: true } })) !== null) {
      return { given, video, isRepeat: true };
    }
  }
  if (await isSpent(deps, viewer)) throw usedUp();
  const { externalId } = video;
  if (externalId !== null && (await db.video.count({ where: { workspaceId, externalId } })) > 0) {
    throw externalIdTaken(externalId);
  }
  await checkSource(db, { workspaceId, sizeBytes: 0, now: clock(), limits });
  await checkActiveJobs(db, { workspaceId, now: clock(), maxActiveJobs: limits.activeJobs });
  return { given, video, isRepeat: false };
}

async function finish(
  deps: OperationDeps,
  viewer: Viewer,
  { given, video }: Checked,
  { isKept, objectKey, filename, contentType, sizeBytes }: TakenFile,
): Promise<ReceivedForm> {
  const { workspaceId } = viewer;
  const { idempotencyKey: key, ...rest } = given;
  const input = { ...rest, source: { upload: { filename, sizeBytes, contentType } } };
  if (!isKept) {
    const earlier = await findRepeated(deps.db, {
      workspaceId,
      key: key ?? "",
      owner: keyOwnerOf(viewer),
      operation: OPERATION,
      input,
    });
    if (earlier !== null) return { videoId: earlier, isNew: false, sizeBytes };
    if (await isSpent(deps, viewer)) throw usedUp();
    throw new ConflictError(
      "IDEMPOTENCY_KEY_IN_USE",
      "The first request with this idempotencyKey was forgotten while yours came in; send it again.",
    );
  }
  const now = deps.clock();
  const size = BigInt(sizeBytes);
  const source = {
    kind: "UPLOAD" as const,
    filename,
    contentType,
    objectKey,
    sizeBytes: size,
    receivedAt: now,
  };
  const hasTitle =
    given.title !== undefined || (viewer.grant?.kind === "UPLOAD" && viewer.grant.title !== null);
  const title = hasTitle ? video.title : titleOf(filename);
  const written = await writeVideo(
    deps,
    { ...video, title, source },
    { key, operation: OPERATION, input, now, viewer },
  );
  // Its idempotency key was used in the meantime.
  if (!written.isNew) await deps.store.delete(objectKey);
  return { ...written, sizeBytes };
}

const isSpent = async ({ db }: OperationDeps, { grant }: Viewer): Promise<boolean> =>
  grant?.kind === "UPLOAD" && (await isUsedUp(db, grant));

/** `holiday.mp4` is called holiday. */
const titleOf = (filename: string): string =>
  checkTitle(
    filename
      .replace(/\.[^.]*$/, "")
      .replaceAll(/[-_]+/g, " ")
      .trim() || filename,
  );

/**
 * Deletes the object of a video that was not written. After an outage it may have been; orphan removal finds
 * objects that cannot be deleted now.
 */
async function forget(
  { db, store, log }: OperationDeps,
  videoId: string,
  stored: StoredFile,
  error: unknown,
): Promise<void> {
  try {
    const isWritten =
      !(error instanceof ExpectedError) && (await db.video.count({ where: { id: videoId } })) > 0;
    if (!isWritten) await store.delete(stored.objectKey);
  } catch (problem) {
    log.warn({ err: problem, videoId }, "upload.not-removed");
  }
}
