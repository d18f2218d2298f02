import type { ReportedError } from "@reelay/contracts";
import type { Tx } from "../events/record-change.ts";
import { inspectedRows } from "./expected-objects.ts";
import { findSubject } from "./find-subject.ts";
import { addDamages, removeDamages } from "./record-damage.ts";

/** A worker met a damaged or missing object: what it says is kept until the next inspection. The caller holds the video's lock. */
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
  // The scrub sees whether there is more, and begins to mend it.
  await tx.video.update({ where: { id: videoId }, data: { scrubbedAt: new Date(0) } });
}

/** A poster, preview or download was made again. The caller holds the video's lock. */
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
