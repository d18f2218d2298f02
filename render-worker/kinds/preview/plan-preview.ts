import { words } from "../../media/ffmpeg/index.ts";
import type { StoredSegment } from "../../media/hls/index.ts";

/** Number of moments, and their total length in milliseconds. */
const PLACES = 4;
const LENGTH_MS = 3_000;
/** Enough to see movement; each further frame costs bytes. */
const FRAMES_PER_SECOND = 12;
const MAX_WIDTH = 320;

export interface PreviewPlan {
  /**
   * In the video's order. Each moment shows this much from the start of its segment, which is a key frame.
   */
  moments: { segment: StoredSegment; lengthMs: number; frames: number }[];
  width: number;
  height: number;
  frames: number;
  durationMs: number;
}

/**
 * Moments spread over the video: the middle segment of each of four parts; fewer but longer ones in a short
 * video. Each starts with its segment, so that only shown frames are decoded. Null without segments. Pure.
 */
export function planPreview(
  segments: readonly StoredSegment[],
  size: { width: number; height: number },
): PreviewPlan | null {
  const last = segments.at(-1);
  if (last === undefined) return null;
  const endMs = last.startMs + last.durationMs;
  const chosen = new Set(
    Array.from({ length: PLACES }, (_, place) => {
      const atMs = ((place + 0.5) / PLACES) * endMs;
      return segments.findLast(({ startMs }) => startMs <= atMs) ?? last;
    }),
  );
  const eachMs = LENGTH_MS / chosen.size;
  const moments = [...chosen].map((segment) => {
    const frames = Math.max(1, Math.floor((Math.min(eachMs, segment.durationMs) * FRAMES_PER_SECOND) / 1000));
    return { segment, frames, lengthMs: (frames * 1000) / FRAMES_PER_SECOND };
  });
  const frames = moments.reduce((sum, moment) => sum + moment.frames, 0);
  const scale = Math.min(1, MAX_WIDTH / size.width);
  const side = (pixels: number) => Math.max(2, Math.round((pixels * scale) / 2) * 2);
  const durationMs = Math.round((frames * 1000) / FRAMES_PER_SECOND);
  return { moments, width: side(size.width), height: side(size.height), frames, durationMs };
}

/** Formats of a preview; the first that the worker's ffmpeg supports is used. */
export const previewFormats = [
  {
    // An `<img>` shows it on any page: no extra element, no autoplay policy.
    file: "preview.webp",
    contentType: "image/webp",
    encoding: words("-c:v libwebp_anim -loop 0 -quality 60 -compression_level 3 -pix_fmt yuv420p -f webp"),
  },
  {
    file: "preview.mp4",
    contentType: "video/mp4",
    encoding: words("-c:v libx264 -preset veryfast -crf 28 -pix_fmt yuv420p -movflags +faststart -f mp4"),
  },
] as const;

/** One ffmpeg process that decodes the start of each moment's file. Pure. */
export function toPreviewArguments(
  { moments, width, height }: PreviewPlan,
  files: readonly string[],
  { encoding, path }: { encoding: readonly string[]; path: string },
): string[] {
  const chains = moments.map(
    ({ frames }, index) =>
      // Repeats the last frame where a segment has lost some, so that every moment has its planned length.
      `[${index}:v:0]setpts=PTS-STARTPTS,scale=${width}:${height},setsar=1,fps=${FRAMES_PER_SECOND},tpad=stop=-1:stop_mode=clone,trim=end_frame=${frames},setpts=PTS-STARTPTS,format=yuv420p[m${index}]`,
  );
  // From ffmpeg 7 on, joined frames have no rate without the last filter, and MP4 gets 25 per second.
  const joined = `${moments.map((_, index) => `[m${index}]`).join("")}concat=n=${moments.length}:v=1:a=0,fps=${FRAMES_PER_SECOND}[preview]`;
  return [
    ...words("-hide_banner -nostdin -v error -y"),
    ...files.flatMap((file, index) => [
      ...words("-threads 1 -protocol_whitelist file -f mp4"),
      // Slightly longer, for the last frame's duration.
      ...words(`-t ${((moments[index]?.lengthMs ?? 0) / 1000 + 0.1).toFixed(3)}`),
      ...["-i", `file:${file}`],
    ]),
    "-filter_complex",
    [...chains, joined].join(";"),
    ...words("-map [preview] -an -sn -dn -map_metadata -1 -threads 1"),
    ...encoding,
    path,
  ];
}
