import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { type MadeCaptions, objectKeys } from "@reelay/contracts";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import type { CaptionTrack } from "../../prisma/generated/client.ts";
import { ExpectedError } from "../errors/index.ts";
import { recordChange, type Tx } from "../events/index.ts";
import { checkLanguage, defaultLabel } from "./check-track.ts";
import { MAX_CAPTIONS_BYTES, parseCaptions } from "./parse-captions.ts";
import { planCaptionsPlaylist, writeVtt } from "./write-captions.ts";

interface Adoption {
  subject: { workspaceId: string; videoId: string; jobId: string; attemptId: string };
  captions: MadeCaptions;
  captionTracks: readonly CaptionTrack[];
  /** Length of the video, if it is known. */
  durationMs: number | null;
}

/**
 * Makes a caption track of what an attempt wrote. A track that its owner added stays. What cannot be read is
 * left out, since a video plays without it.
 *
 * The caller holds the video's lock, and calls it until `Attempt.hasCaptions`: a track that its owner removes
 * stays removed. Resolves to the video's tracks after the change; null: nothing changed.
 */
export async function adoptCaptions(
  tx: Tx,
  store: ObjectStore,
  { subject, captions, captionTracks, durationMs }: Adoption,
): Promise<CaptionTrack[] | null> {
  const { videoId, attemptId } = subject;
  const before = captionTracks.find(
    ({ language, kind }) => language === captions.language && kind === "SUBTITLES",
  );
  if (before && !(await isAdopted(tx, videoId, before))) return null;
  const read = await readCaptions(store, captions);
  if (read === null || read.hash === before?.hash) return null;
  const { content, endMs, ...figures } = read;
  const { language, label } = figures;
  const data = { ...figures, key: objectKeys.captions(videoId, attemptId), isDefault: false };
  await store.put(data.key, content, { contentType: "text/vtt" });
  await store.put(
    objectKeys.captionsPlaylist(videoId, attemptId),
    planCaptionsPlaylist(Math.max(durationMs ?? 0, endMs)),
    { contentType: "application/vnd.apple.mpegurl" },
  );
  await tx.attempt.update({ where: { id: attemptId }, data: { hasCaptions: true } });
  const kind = "SUBTITLES" as const;
  const track = await tx.captionTrack.upsert({
    where: { videoId_language_kind: { videoId, language, kind } },
    create: { ...data, videoId, kind },
    update: data,
  });
  const type = before ? "captions.replaced" : "captions.added";
  await recordChange(tx, subject, [{ type, data: { language, kind, label } }]);
  return [...captionTracks.filter(({ id }) => id !== track.id), track];
}

/**
 * Removes the tracks that were made of workers' captions, except the subtitles in this language. The caller
 * holds the video's lock.
 */
export async function removeAdopted(
  tx: Tx,
  subject: Adoption["subject"],
  captionTracks: readonly CaptionTrack[],
  keptLanguage?: string,
): Promise<void> {
  for (const track of captionTracks) {
    const { id, language, kind, label } = track;
    if (language === keptLanguage && kind === "SUBTITLES") continue;
    if (!(await isAdopted(tx, subject.videoId, track))) continue;
    await tx.captionTrack.delete({ where: { id } });
    await recordChange(tx, subject, [{ type: "captions.removed", data: { language, kind, label } }]);
  }
}

/** Whether a track was made of a worker's captions, not by its owner. */
async function isAdopted(tx: Tx, videoId: string, { key }: CaptionTrack): Promise<boolean> {
  const where = { hasCaptions: true, task: { job: { videoId } } };
  const attempts = await tx.attempt.findMany({ where, select: { id: true } });
  return attempts.some(({ id }) => objectKeys.captions(videoId, id) === key);
}

async function readCaptions(store: ObjectStore, { key, language: told }: MadeCaptions) {
  try {
    const { body } = await store.read(key, { end: MAX_CAPTIONS_BYTES });
    const captions = parseCaptions(await text(body));
    const content = writeVtt(captions);
    const language = checkLanguage(told);
    return {
      ...{ content, language, label: defaultLabel(language, "SUBTITLES") },
      hash: createHash("sha256").update(content).digest("hex"),
      sizeBytes: Buffer.byteLength(content),
      cues: captions.cues.length,
      endMs: Math.max(...captions.cues.map((cue) => cue.endMs)),
    };
  } catch (error) {
    if (error instanceof ObjectNotFoundError || error instanceof ExpectedError) return null;
    throw error;
  }
}
