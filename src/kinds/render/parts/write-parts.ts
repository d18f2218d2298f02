import type { RenditionPart } from "@reelay/contracts";
import type { Tx } from "../../../events/index.ts";

/**
 * Records the stored output of an attempt for its part of the timeline. An earlier attempt's output stays
 * until this one has more or is complete, so that no playlist shrinks; complete output is final. The caller
 * holds the video's lock.
 *
 * @returns the renditions of which this attempt's output has replaced that of an earlier attempt
 */
export async function writeParts(
  tx: Tx,
  { videoId, attemptId }: { videoId: string; attemptId: string },
  parts: readonly RenditionPart[],
): Promise<string[]> {
  const overwritten = new Set<string>();
  if (parts.length === 0) return [];
  // Long animations report hundreds of them each time.
  const rows = await tx.part.findMany({
    where: { videoId },
    select: { rendition: true, startMs: true, attemptId: true, isComplete: true },
  });
  const known = new Map(rows.map((row) => [`${row.rendition} ${row.startMs}`, row]));
  for (const part of parts) {
    const { rendition, startMs, endMs, initKey, initSha256, codecs, segments, isComplete } = part;
    const { recipe = null, drawn } = part;
    const earlier = known.get(`${rendition} ${startMs}`);
    if ((segments.length === 0 && !isComplete) || earlier?.isComplete) continue;
    const written = await tx.$executeRaw`
      INSERT INTO parts AS known (video_id, rendition, start_ms, end_ms, attempt_id, init_key, init_sha256, codecs, segments, is_complete, recipe, drawn)
      VALUES (${videoId}::uuid, ${rendition}, ${startMs}, ${endMs}::int, ${attemptId}::uuid, ${initKey}, ${initSha256}, ${codecs},
        ${JSON.stringify(segments)}::jsonb, ${isComplete}, ${recipe}, ${drawn ? JSON.stringify(drawn) : null}::jsonb)
      ON CONFLICT (video_id, rendition, start_ms) DO UPDATE SET end_ms = excluded.end_ms, attempt_id = excluded.attempt_id,
        init_key = excluded.init_key, init_sha256 = excluded.init_sha256, codecs = excluded.codecs, segments = excluded.segments,
        is_complete = excluded.is_complete, recipe = excluded.recipe, drawn = excluded.drawn
      WHERE NOT known.is_complete
        AND (excluded.is_complete OR jsonb_array_length(excluded.segments) > jsonb_array_length(known.segments))`;
    if (written > 0 && earlier !== undefined && earlier.attemptId !== attemptId) overwritten.add(rendition);
  }
  return [...overwritten];
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
