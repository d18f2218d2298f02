import type { RenditionPart } from "@reelay/contracts";
import type { Tx } from "../../../events/index.ts";

/**
 * Records the stored output of an attempt for its part of the timeline. An earlier attempt's output stays
 * until this one has as much, so that no playlist shrinks; complete output is final. The caller holds the
 * video's lock.
 */
export async function writeParts(
  tx: Tx,
  { videoId, attemptId }: { videoId: string; attemptId: string },
  parts: readonly RenditionPart[],
): Promise<void> {
  if (parts.length === 0) return;
  // Long animations report hundreds of them each time.
  const complete = await tx.part.findMany({
    where: { videoId, isComplete: true },
    select: { rendition: true, startMs: true },
  });
  const final = new Set(complete.map(({ rendition, startMs }) => `${rendition} ${startMs}`));
  for (const part of parts) {
    const { rendition, startMs, endMs, initKey, initSha256, codecs, segments, isComplete } = part;
    const { recipe = null, drawn } = part;
    if ((segments.length === 0 && !isComplete) || final.has(`${rendition} ${startMs}`)) continue;
    await tx.$executeRaw`
      INSERT INTO parts AS known (video_id, rendition, start_ms, end_ms, attempt_id, init_key, init_sha256, codecs, segments, is_complete, recipe, drawn)
      VALUES (${videoId}::uuid, ${rendition}, ${startMs}, ${endMs}::int, ${attemptId}::uuid, ${initKey}, ${initSha256}, ${codecs},
        ${JSON.stringify(segments)}::jsonb, ${isComplete}, ${recipe}, ${drawn ? JSON.stringify(drawn) : null}::jsonb)
      ON CONFLICT (video_id, rendition, start_ms) DO UPDATE SET end_ms = excluded.end_ms, attempt_id = excluded.attempt_id,
        init_key = excluded.init_key, init_sha256 = excluded.init_sha256, codecs = excluded.codecs, segments = excluded.segments,
        is_complete = excluded.is_complete, recipe = excluded.recipe, drawn = excluded.drawn
      WHERE NOT known.is_complete
        AND (excluded.is_complete OR jsonb_array_length(excluded.segments) >= jsonb_array_length(known.segments))`;
  }
}

/** Removes the parts of these renditions that earlier attempts made. The caller holds the video's lock. */
export async function voidEarlierParts(
  tx: Tx,
  { videoId, attemptId }: { videoId: string; attemptId: string },
  renditions: readonly string[],
): Promise<void> {
  await tx.part.deleteMany({
    where: { videoId, rendition: { in: [...renditions] }, attemptId: { not: attemptId } },
  });
}
