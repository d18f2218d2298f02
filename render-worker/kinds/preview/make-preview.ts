import { rm } from "node:fs/promises";
import { join } from "node:path";
import { objectKeys, type Preview } from "@reelay/contracts";
import { retriableError } from "../../errors.ts";
import { makeFolder, reserveMemory, sizeOf } from "../../host/index.ts";
import { bringSegment, chooseRendition, readSegments } from "../../media/hls/index.ts";
import { piecesNeed } from "../../media/needs/index.ts";
import { behindOthers, type ProgramResult } from "../../programs/index.ts";
import { storeOnce } from "../../store/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import { type PreviewPlan, planPreview, previewFormats, toPreviewArguments } from "./plan-preview.ts";

/** Below the attempt's prefix. */
const PREVIEW_FOLDER = "preview";
/** Minimum shorter side of its variant: the preview is not larger. */
const SIDE_PIXELS = 180;
const TIMEOUT_MS = 5 * 60_000;

/**
 * Creates an animated preview from a few segments of a small finished variant, without reading the source or
 * decoding unused frames. Throws a `RenderError` (`PREVIEW_FAILED`).
 */
export async function makePreview(context: MediaAttempt): Promise<Preview> {
  const { ref, signal, store, task } = context;
  const variant = chooseRendition(task.keep.variants, SIDE_PIXELS);
  const key = variant?.playlist?.key;
  const plan =
    variant && key !== undefined ? planPreview(await readSegments(store, key, signal), variant) : null;
  if (plan === null) throw failed("it has no finished variant");
  const directory = join(context.directory.path, PREVIEW_FOLDER);
  await makeFolder(directory);
  const files: string[] = [];
  for (const [index, { segment }] of plan.moments.entries())
    files.push(await bringSegment(store, segment, { directory, file: `${index}.mp4` }, signal));
  const { format, path, sizeBytes } = await encode(context, plan, { files, directory });
  const { width, height, durationMs } = plan;
  const { contentType, file } = format;
  const stored = objectKeys.attemptFile(ref.videoId, ref.attemptId, PREVIEW_FOLDER, file);
  await storeOnce(store, stored, { path }, { contentType, signal });
  await rm(directory, { recursive: true, force: true });
  return { key: stored, contentType, width, height, durationMs, sizeBytes };
}

async function encode(
  context: MediaAttempt,
  plan: PreviewPlan,
  { files, directory }: { files: readonly string[]; directory: string },
) {
  const { programs, signal } = context;
  const need = { program: "preview", bytes: piecesNeed(plan.moments.length) };
  let last: ProgramResult | undefined;
  for (const format of previewFormats) {
    const path = join(directory, format.file);
    const args = toPreviewArguments(plan, files, { encoding: format.encoding, path });
    last = await reserveMemory(context, need, () =>
      programs.ffmpeg.run(args, { timeoutMs: TIMEOUT_MS, signal, priority: behindOthers }),
    );
    const sizeBytes = await sizeOf(path);
    if (last.exitCode === 0 && sizeBytes > 0) return { format, path, sizeBytes };
  }
  throw failed(`ffmpeg exited with code ${last?.exitCode}`, last?.stderr);
}

const failed = (why: string, logTail?: string) =>
  retriableError(
    "WORKER",
    "PREVIEW_FAILED",
    `The preview could not be created: ${why}. Another attempt may succeed.`,
    logTail,
  );
