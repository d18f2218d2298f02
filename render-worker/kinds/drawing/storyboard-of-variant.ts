import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceFile } from "../../media/probe/index.ts";
import { readObject } from "../../store/index.ts";
import { makeStoryboard, type RenderAttempt, readRenditions } from "../render/index.ts";

const LOCAL_FILE = "storyboard-source.mp4";

/** Makes the storyboard from the smallest variant, since the frames themselves are gone. */
export async function storyboardOfVariant(context: RenderAttempt, source: SourceFile): Promise<void> {
  const { store, signal, state, task } = context;
  if (task.storyboard !== true) return;
  const [rendition] = (await readRenditions(context, state.current.variants)).toSorted(
    (a, b) => a.variant.height - b.variant.height,
  );
  if (rendition === undefined) return;
  const path = join(context.directory.path, LOCAL_FILE);
  const { variant, initKey, segments } = rendition;
  const lengthMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
  await writeFile(path, await readObject(store, initKey, { signal }));
  for (const { key } of segments) await appendFile(path, await readObject(store, key, { signal }));
  const { width, height } = variant;
  const size = { width, height, codedWidth: width, codedHeight: height };
  const { probe } = source;
  await makeStoryboard(context, {
    ...source,
    input: `file:${path}`,
    // The task that only makes the storyboard has counted nothing.
    probe: {
      ...probe,
      durationMs: probe.durationMs ?? lengthMs,
      video: { ...probe.video, ...size, pixelFormat: "yuv420p" },
    },
  });
  await rm(path);
}
