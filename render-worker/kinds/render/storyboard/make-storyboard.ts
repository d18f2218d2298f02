import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { objectKeys, type Storyboard } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../../attempt/index.ts";
import { makeFolder, type Need, reserveMemoryLater } from "../../../host/index.ts";
import { storyboardNeed } from "../../../media/needs/index.ts";
import { describeForMemory, type SourceFile } from "../../../media/probe/index.ts";
import { behindOthers } from "../../../programs/index.ts";
import { storeOnce } from "../../../store/index.ts";
import type { RenderAttempt } from "../context.ts";
import { noteEncoder } from "../encode/index.ts";
import { formatStoryboard } from "./format-storyboard.ts";
import {
  parseTileTimes,
  planStoryboard,
  type StoryboardPlan,
  toStoryboardArguments,
} from "./plan-storyboard.ts";

/** Below the attempt's prefix. */
const STORYBOARD_FOLDER = "storyboard";

const TIMEOUT_MS = 10 * 60_000;

/** Runs the program once memory is available. */
type Within = <T>(need: Need, work: () => Promise<T>) => Promise<T>;

export const storyboardMemory = (source: SourceFile): Need => ({
  program: "storyboard",
  bytes: storyboardNeed(describeForMemory(source)),
});

/**
 * Makes the storyboard and reports it, if the task requests one. It is optional: errors are logged, and the
 * video has none. Throws only on the attempt's signal.
 */
export async function makeStoryboard(
  context: RenderAttempt,
  source: SourceFile,
  within: Within = (need, work) => reserveMemoryLater(context, need, work),
): Promise<void> {
  const { log, signal, state, task } = context;
  const plan = task.storyboard === true ? planStoryboard(source) : null;
  if (plan === null) return;
  try {
    const storyboard = await inSpan(TRACER_NAME, "storyboard", { parent: context.trace }, () =>
      makeAndStore(context, source, plan, within),
    );
    if (storyboard) state.update((before) => ({ ...before, storyboard }));
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, "storyboard.failed");
  }
}

async function makeAndStore(
  context: RenderAttempt,
  source: SourceFile,
  plan: StoryboardPlan,
  within: Within,
): Promise<Storyboard | null> {
  const { config, programs, ref, signal, store, log } = context;
  const directory = join(context.directory.path, STORYBOARD_FOLDER);
  await makeFolder(directory);
  const args = toStoryboardArguments(plan, source, { directory, limits: config.limits });
  const { exitCode, stdout, stderr } = await within(storyboardMemory(source), () =>
    programs.ffmpeg.run(args, {
      timeoutMs: TIMEOUT_MS,
      signal,
      priority: behindOthers,
      onStart: (pid) => noteEncoder(context, pid, "ffmpeg-storyboard.json"),
    }),
  );
  const timesMs = parseTileTimes(stdout);
  const sprites = (await readdir(directory)).filter((name) => name.endsWith(".jpg")).toSorted();
  if (timesMs.length === 0 || sprites.length < Math.ceil(timesMs.length / (plan.columns * plan.rows))) {
    log.warn({ exitCode, logTail: stderr.slice(-2_000) }, "storyboard.failed");
    return null;
  }
  const keyOf = (file: string) => objectKeys.attemptFile(ref.videoId, ref.attemptId, STORYBOARD_FOLDER, file);
  for (const sprite of sprites) {
    const kept = { contentType: "image/jpeg", signal };
    await storeOnce(store, keyOf(sprite), { path: join(directory, sprite) }, kept);
  }
  const vttKey = keyOf("storyboard.vtt");
  const endMs = source.probe.durationMs ?? 0;
  const vtt = Buffer.from(formatStoryboard(plan, { timesMs, sprites, endMs }));
  await storeOnce(store, vttKey, vtt, { contentType: "text/vtt", signal });
  return { vttKey, spriteKeys: sprites.map(keyOf), intervalMs: plan.intervalMs };
}
