import type { ReportedError } from "@reelay/contracts";
import type { Tx } from "../events/index.ts";
import { inspectedRows } from "./expected-objects.ts";
import { findSubject } from "./find-subject.ts";
import { addDamages, removeDamages } from "./record-damage.ts";

/**
 * Records a damaged or missing object that a worker reported, until the next inspection. The caller holds the
 * video's lock.
 */
export async function noteDamagedObject(
  tx: Tx,
  videoId: string,
  { code, objectKey }: ReportedError,
  now: Date,
): Promise<void> {
  if (objectKey === undefined || (code !== "SEGMENT_DAMAGED" && code !== "SEGMENT_MISSING")) return;
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: inspectedRows });
  const subject = findSubject(video, objectKey);
  if (subject === null) return;
  await addDamages(tx, video, [{ key: objectKey, code, ...subject }], now);
  // The scrub looks for more damage and starts the repair.
  await tx.video.update({ where: { id: videoId }, data: { scrubbedAt: new Date(0) } });
}

/** Removes the damage of a replaced poster, preview or download. The caller holds the video's lock. */
export async function removeReplaced(tx: Tx, videoId: string, subject: string): Promise<void> {
  const damages = await tx.damage.findMany({ where: { videoId } });
  const mended = damages.filter((damage) => damage.subject === subject);
  if (mended.length === 0) return;
  const { workspaceId } = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    select: { workspaceId: true },
  });
  await removeDamages(tx, { id: videoId, workspaceId, damages }, mended);
}
