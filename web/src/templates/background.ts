import type { BackgroundInput } from "../api/index.ts";

/** Where a clip comes from: a field of the API's input. */
export type ClipOrigin = "material" | "video" | "url";

/** A draft's clip as text, such as `url:https://example.com/sea.mp4`. Pure. */
export const clipText = (origin: ClipOrigin, value: string): string => `${origin}:${value}`;

/** Null: no clip. Pure. */
export function parseClip(text: string): { origin: ClipOrigin; value: string } | null {
  const [, origin, value] = /^(material|video|url):(.*)$/s.exec(text) ?? [];
  return origin === undefined || value === undefined ? null : { origin: origin as ClipOrigin, value };
}

/** As the API accepts it; null: none, or its address is empty. Pure. */
export function toBackground(text: string): BackgroundInput | null {
  const clip = parseClip(text);
  const value = clip?.value.trim();
  return clip && value ? ({ [clip.origin]: value } as BackgroundInput) : null;
}

interface PublishedClip {
  materialId: string | null;
  videoId: string | null;
  url: string | null;
}

/** The clip of a video as a draft's; empty: none. Pure. */
export function fromBackground(clip: PublishedClip | null): string {
  if (clip?.materialId) return clipText("material", clip.materialId);
  if (clip?.videoId) return clipText("video", clip.videoId);
  return clip?.url ? clipText("url", clip.url) : "";
}
