import type { Profile } from "@reelay/contracts";
import type { RenderSpan } from "./render-span.ts";
import { bordersMs } from "./segment-borders.ts";

/** Longest span whose key frames are listed one by one; a longer one has them by a rule. */
const listedMs = 15 * 60_000;

/**
 * What `-force_key_frames` is told for a span: a key frame on the first picture at or after each multiple of the GOP's duration and each border
 * of a segment. Closed groups at fixed times, the same in all variants and all parts, so that players can switch at any segment.
 *
 * A list holds times of the timeline. ffmpeg's own rule knows only the time since the first picture: good enough where nothing else must fit.
 *
 * @param endMs of the source, as far as it is known; null: not at all
 */
export function planKeyFrames(
  span: RenderSpan,
  endMs: number | null,
  profile: Pick<Profile, "segmentDurationMs" | "gopDurationMs">,
): string {
  const { segmentDurationMs, gopDurationMs } = profile;
  const lastMs = span.endMs ?? endMs;
  if (lastMs === null || lastMs - span.startMs > listedMs) return rule(profile);
  const times = new Set(bordersMs(span.startMs, lastMs, segmentDurationMs));
  const firstGop = Math.ceil(span.startMs / gopDurationMs) * gopDurationMs;
  for (let time = firstGop; time < lastMs; time += gopDurationMs) times.add(time);
  times.add(span.startMs);
  return [...times]
    .sort((a, b) => a - b)
    .map((ms) => ms / 1000)
    .join(",");
}

/** The borders before the first multiple of the GOP, then the multiples. */
function rule({ segmentDurationMs, gopDurationMs }: Pick<Profile, "segmentDurationMs" | "gopDurationMs">) {
  const early = [...bordersMs(0, gopDurationMs, segmentDurationMs)].slice(1);
  const gop = gopDurationMs / 1000;
  const later = early.length === 0 ? `n_forced*${gop}` : `(n_forced-${early.length})*${gop}`;
  const times = early.reduceRight(
    (rest, ms, index) => `if(eq(n_forced,${index + 1}),${ms / 1000},${rest})`,
    later,
  );
  return `expr:gte(t,${early.length === 0 ? times : `if(eq(n_forced,0),0,${times})`})`;
}
