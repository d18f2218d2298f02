import { objectKeys, PartSegment, PublishedPlaylist } from "@reelay/contracts";
import type { InspectedVideo } from "./expected-objects.ts";

/** The rendition that contains an object, with the span of its part; null if none does. Pure. */
export function findSubject(
  video: Pick<InspectedVideo, "id" | "variants" | "audioTracks" | "parts">,
  key: string,
): { subject: string; startMs: number | null; endMs: number | null } | null {
  for (const { rendition, startMs, initKey, segments } of video.parts) {
    const list = PartSegment.array().parse(segments);
    if (initKey === key) return { subject: rendition, startMs, endMs: startMs };
    let at = startMs;
    for (const segment of list) {
      const endMs = Math.round(at + segment.durationMs);
      if (segment.key === key) return { subject: rendition, startMs: Math.round(at), endMs };
      at += segment.durationMs;
    }
  }
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  for (const { name, playlist } of [...video.variants, ...video.audioTracks]) {
    const named = PublishedPlaylist.nullable().parse(playlist ?? null)?.key;
    const isOwn = named?.startsWith(folder) && folder.startsWith(objectKeys.video(video.id));
    if (isOwn) return { subject: name, startMs: null, endMs: null };
  }
  return null;
}
