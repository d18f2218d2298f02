import { objectKeys } from "@reelay/contracts";
import { INIT_FILE } from "../../../media/ffmpeg/index.ts";
import { parseMediaPlaylist } from "../../../media/hls/index.ts";
import type { FinishedRendition } from "../../../media/quality/index.ts";
import { readObject } from "../../../store/index.ts";
import type { RenderAttempt } from "../context.ts";

/** The attempt's output for these rungs: its reported parts or its playlists. */
export async function readRenditions(
  context: RenderAttempt,
  rungs: readonly { name: string }[],
): Promise<FinishedRendition[]> {
  const { ref, store, signal, task } = context;
  const { parts } = context.state.current;
  const names = new Set(rungs.map(({ name }) => name));
  const variants = context.state.current.variants.filter(({ name }) => names.has(name));
  if (parts !== undefined) {
    // Tasks after a head report no variants: the head does, and the task lists them.
    return [...variants, ...(task.ladder ?? [])].flatMap((variant) => {
      const own = parts
        .filter(({ rendition }) => rendition === variant.name)
        .toSorted((a, b) => a.startMs - b.startMs);
      const [first] = own;
      if (first === undefined) return [];
      const segments = own.flatMap((part) => placed(part.segments, part.startMs));
      return [{ variant, initKey: first.initKey, segments }];
    });
  }
  const prefix = objectKeys.attempt(ref.videoId, ref.attemptId);
  const renditions: FinishedRendition[] = [];
  for (const variant of variants) {
    const key = variant.playlist?.isComplete ? variant.playlist.key : "";
    if (!key.startsWith(prefix)) continue;
    const folder = key.slice(0, key.lastIndexOf("/") + 1);
    const { segments } = parseMediaPlaylist((await readObject(store, key, { signal })).toString());
    const named = segments.map(({ uri, durationMs }) => ({ key: folder + uri, durationMs }));
    renditions.push({ variant, initKey: folder + INIT_FILE, segments: placed(named, 0) });
  }
  return renditions;
}

function placed(segments: readonly { key: string; durationMs: number }[], startMs: number) {
  let at = startMs;
  return segments.map(({ key, durationMs }) => {
    const segment = { key, startMs: at, durationMs };
    at += durationMs;
    return segment;
  });
}
