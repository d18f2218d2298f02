import { isDeepStrictEqual } from "node:util";
import { PublishedPlaylist, type RenderState } from "@reelay/contracts";
import { nextPlaylist } from "./next-playlist.ts";
import type { VideoRows } from "./plan-state.ts";

/** The sound's row, null for none, undefined when it stays as it is. Finished sound stays. Pure. */
export function planAudio(
  row: VideoRows["audio"],
  { audio, source }: RenderState,
  subject: { videoId: string; attemptId: string; isEnd: boolean },
): VideoRows["audio"] | undefined {
  const earlier = PublishedPlaylist.nullable().parse(row?.playlist ?? null);
  if (earlier?.isComplete) return undefined;
  // Known to be silent, or turned out to be.
  if (audio === null) return source?.probe && row ? null : undefined;
  const { codec, channels, language } = audio;
  const { videoId, attemptId } = subject;
  const playlist = nextPlaylist(earlier, audio.playlist, subject);
  const planned = { videoId, codec, channels, language, attemptId, playlist };
  return isDeepStrictEqual({ ...row }, planned) ? undefined : planned;
}
