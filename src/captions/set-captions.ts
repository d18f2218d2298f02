import { createHash, randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import type { CaptionTrack } from "../../prisma/generated/client.ts";
import type { CaptionKind } from "../../prisma/generated/enums.ts";
import { lockOwnVideo, type Viewer, videoNotFound } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { storeTransaction } from "../database/index.ts";
import { ConflictError, ExpectedError } from "../errors/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import { assertRoom } from "../quotas/index.ts";
import { refreshManifest } from "../streaming/index.ts";
import { checkLabel, checkLanguage, defaultLabel } from "./check-track.ts";
import { parseCaptions } from "./parse-captions.ts";
import { removeObjects } from "./remove-objects.ts";
import { planCaptionsPlaylist, writeVtt } from "./write-captions.ts";

export interface CaptionsInput {
  videoId: string;
  /** BCP 47. */
  language: string;
  kind: CaptionKind;
  /** Default: the language's own name. */
  label?: string | null;
  isDefault: boolean;
  /** WebVTT or SubRip. */
  content: string;
}

/** A master playlist names each, and players show a list. */
const MOST_TRACKS = 100;

type NewTrack = Pick<
  CaptionTrack,
  "language" | "kind" | "label" | "isDefault" | "key" | "hash" | "sizeBytes" | "cues"
>;

/**
 * Adds captions in a language to a video, or replaces those of the same language and kind. They are in its
 * playlists when this returns. Repeating the same call changes nothing. Throws `NotFoundError`,
 * `InvalidInputError`, `ConflictError` (`CAPTION_LIMIT_REACHED`), `QuotaExceededError`.
 */
export async function setCaptions(
  deps: OperationDeps,
  viewer: Viewer,
  { videoId, kind, isDefault, ...input }: CaptionsInput,
): Promise<{ captionTrackId: string }> {
  const { db, store } = deps;
  const language = checkLanguage(input.language);
  const label = checkLabel(input.label ?? defaultLabel(language, kind));
  const captions = parseCaptions(input.content);
  const text = writeVtt(captions);
  const hash = createHash("sha256").update(text).digest("hex");
  const where = { id: videoId, workspaceId: viewer.workspaceId };
  const video = await db.video.findFirst({ where, select: { durationMs: true } });
  if (video === null) throw videoNotFound();
  await assertRoom(db, viewer.workspaceId, deps.limits);

  const writeId = randomUUID();
  const track: NewTrack = {
    language,
    kind,
    label,
    isDefault,
    hash,
    key: objectKeys.captions(videoId, writeId),
    sizeBytes: Buffer.byteLength(text),
    cues: captions.cues.length,
  };
  const endMs = Math.max(...captions.cues.map((cue) => cue.endMs));
  await store.put(track.key, text, { contentType: "text/vtt" });
  await store.put(
    objectKeys.captionsPlaylist(videoId, writeId),
    planCaptionsPlaylist(video.durationMs ?? endMs),
    { contentType: "application/vnd.apple.mpegurl" },
  );
  try {
    const { id, replaced } = await db.$transaction(async (tx) => {
      await lockOwnVideo(tx, viewer, videoId);
      const written = await writeTrack(tx, videoId, track);
      if (written.change !== null) {
        const data = { language, kind, label };
        await recordChange(tx, { workspaceId: viewer.workspaceId, videoId }, [
          { type: written.change, data },
        ]);
        await refreshManifest(tx, store, videoId);
      }
      return written;
    }, storeTransaction);
    if (replaced !== null) await removeObjects(deps, replaced);
    return { captionTrackId: id };
  } catch (error) {
    // After an outage a row may refer to it nevertheless.
    if (error instanceof ExpectedError) await removeObjects(deps, track.key);
    throw error;
  }
}

interface WrittenTrack {
  id: string;
  change: "captions.added" | "captions.replaced" | null;
  /** The key of content that is no longer referenced. */
  replaced: string | null;
}

/** The caller holds the video's lock. */
async function writeTrack(tx: Tx, videoId: string, track: NewTrack): Promise<WrittenTrack> {
  const { language, kind } = track;
  const tracks = await tx.captionTrack.findMany({ where: { videoId } });
  const before = tracks.find((each) => each.language === language && each.kind === kind);
  if (track.isDefault) {
    const others = { videoId, isDefault: true, NOT: { language, kind } };
    await tx.captionTrack.updateMany({ where: others, data: { isDefault: false } });
  }
  if (before === undefined) {
    if (tracks.length >= MOST_TRACKS) {
      throw new ConflictError(
        "CAPTION_LIMIT_REACHED",
        `The video has ${tracks.length} caption tracks, which is the most that one may have; remove some first.`,
      );
    }
    const { id } = await tx.captionTrack.create({ data: { ...track, videoId } });
    return { id, change: "captions.added", replaced: null };
  }
  const { id, hash, key } = before;
  // The same text keeps its key, so that players keep their cached copy.
  const data = hash === track.hash ? { label: track.label, isDefault: track.isDefault } : track;
  const isSame = hash === track.hash && before.label === track.label && before.isDefault === track.isDefault;
  if (isSame) return { id, change: null, replaced: track.key };
  await tx.captionTrack.update({ where: { id }, data });
  return { id, change: "captions.replaced", replaced: hash === track.hash ? track.key : key };
}
