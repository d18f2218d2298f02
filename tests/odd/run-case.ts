import { join } from "node:path";
import type { FfmpegTools } from "../../render-worker/media/ffmpeg/tools.ts";
import {
  startWorker,
  temporaryDirectory,
  testTools,
  withAllDecoders,
} from "../../render-worker/testing/kit.ts";
import {
  checkParts,
  checkStream,
  compareSplit,
  type Fault,
  readSource,
  type SourceAccount,
  type StreamAccount,
} from "./check-stream.ts";
import type { Run } from "./choose-runs.ts";
import { makeCase } from "./make-case.ts";
import type { OddCase } from "./odd-case.ts";
import { renderSplit, renderWhole, type Worker } from "./render-case.ts";

export interface CaseResult {
  /** Null: this ffmpeg could not make such a file. */
  streams: StreamResult[] | null;
  error?: string;
}

interface StreamResult {
  version: string;
  way: Run["way"];
  /** Null where the video was not split. */
  parts: number | null;
  faults: Fault[];
}

export interface Build extends AsyncDisposable {
  tools: FfmpegTools;
  worker: Worker;
}

export async function openBuild(tools: FfmpegTools): Promise<Build> {
  const worker = await startWorker(withAllDecoders, tools);
  return { tools, worker, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
}

/**
 * Makes one odd file, and these streams of it. Those in parts come first: a file that is not split is not
 * made twice.
 */
export async function runCase(
  odd: OddCase,
  builds: readonly Build[],
  runs: readonly Run[],
): Promise<CaseResult> {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "clip");
  try {
    await makeCase(odd, path);
  } catch (error) {
    return { streams: null, error: String(error) };
  }
  const reader = await testTools();
  const reading = readSource(reader, odd, path);
  const streams: StreamResult[] = [];
  const split: StreamAccount[] = [];
  for (const run of runs) {
    const build = builds[run.build];
    if (!build) throw new Error(`no build ${run.build}`);
    const { version } = build.tools.ffmpeg;
    const isMade = streams.some((made) => made.version === version && made.parts === null);
    if (run.way === "whole" && isMade) continue;
    const { account, parts, faults } = await renderAndCheck(
      odd,
      path,
      { ...build, reader, reading },
      run.way,
    );
    if (account && parts !== null) split.push(account);
    if (account && run.way === "whole")
      faults.push(...split.flatMap((other) => compareSplit(odd, account, other)));
    streams.push({ version, way: run.way, parts, faults });
    await build.worker.store.deletePrefix("videos/");
  }
  return { streams };
}

async function renderAndCheck(
  odd: OddCase,
  path: string,
  { reader, reading, worker }: Build & { reader: FfmpegTools; reading: Promise<SourceAccount> },
  way: Run["way"],
): Promise<{ account: StreamAccount | null; parts: number | null; faults: Fault[] }> {
  try {
    const source = await reading;
    const stream = await (way === "whole" ? renderWhole : renderSplit)(worker, path);
    const account = await checkStream(reader, odd, source, stream);
    const faults = [...account.faults, ...checkParts(odd, stream)];
    return { account, parts: stream.parts?.length ?? null, faults };
  } catch (error) {
    return {
      account: null,
      parts: null,
      faults: [{ requirement: "made", what: String(error).slice(0, 500) }],
    };
  }
}
