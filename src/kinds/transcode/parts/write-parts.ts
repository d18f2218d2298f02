import type { RenditionPart } from "@reelay/contracts";
import type { Tx } from "../../../events/record-change.ts";

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
  for (const { rendition, startMs, endMs, initKey, initSha256, codecs, segments, isComplete } of parts) {
    if (segments.length === 0 && !isComplete) continue;
    await tx.$executeRaw`
      INSERT INTO parts AS known (video_id, rendition, start_ms, end_ms, attempt_id, init_key, init_sha256, codecs, segments, is_complete)
      VALUES (${videoId}::uuid, ${rendition}, ${startMs}, ${endMs}::int, ${attemptId}::uuid, ${initKey}, ${initSha256}, ${codecs},
        ${JSON.stringify(segments)}::jsonb, ${isComplete})
      ON CONFLICT (video_id, rendition, start_ms) DO UPDATE SET end_ms = excluded.end_ms, attempt_id = excluded.attempt_id,
        init_key = excluded.init_key, init_sha256 = excluded.init_sha256, codecs = excluded.codecs, segments = excluded.segments,
        is_complete = excluded.is_complete
      WHERE NOT known.is_complete
        AND (excluded.is_complete OR jsonb_array_length(excluded.segments) >= jsonb_array_length(known.segments))`;
  }
}
