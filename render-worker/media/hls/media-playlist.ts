import { type MediaPlaylist, readMediaPlaylist } from "@reelay/contracts";

/** Reads ffmpeg's playlist. The initialization segment is known. */
export function parseMediaPlaylist(text: string): MediaPlaylist {
  const { segments, isComplete } = readMediaPlaylist(text);
  return { segments: segments.map(({ uri, durationMs }) => ({ uri, durationMs })), isComplete };
}
