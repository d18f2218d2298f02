import { join } from "node:path";
import type { FfmpegTools } from "../../render-worker/media/ffmpeg/tools.ts";
import { startWorker, temporaryDirectory, withAllDecoders } from "../../render-worker/testing/kit.ts";
import { checkStream, compareSplit, type Fault, readSource } from "./check-stream.ts";
import { makeCase } from "./make-case.ts";
import type { OddCase } from "./plan-case.ts";
import { type MadeStream, renderSplit, renderWhole, type Worker } from "./render-case.ts";

export interface CaseResult {
  /** Null: this ffmpeg could not make such a file. */
  builds: { version: string; parts: number | null; faults: Fault[] }[] | null;
  error?: string;
}

export interface Build extends AsyncDisposable {
  tools: FfmpegTools;
  worker: Worker;
}

export async function openBuild(tools: FfmpegTools): Promise<Build> {
  const worker = await startWorker(withAllDecoders, tools);
  return { tools, worker, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
}

/** Makes one odd file, and streams of it, whole and in parts, with each of the builds. */
export async function runCase(odd: OddCase, builds: readonly Build[]): Promise<CaseResult> {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "clip");
  try {
    await makeCase(odd, path);
  } catch (error) {
    return { builds: null, error: String(error) };
  }
  const results: NonNullable<CaseResult["builds"]> = [];
  for (const { tools, worker } of builds) {
    results.push({ version: tools.ffmpeg.version, ...(await runBuild(odd, path, tools, worker)) });
    await worker.store.deletePrefix("videos/");
  }
  return { builds: results };
}

async function runBuild(
  odd: OddCase,
  path: string,
  tools: FfmpegTools,
  worker: Worker,
): Promise<{ parts: number | null; faults: Fault[] }> {
  const source = await readSource(tools, path);
  const check = async (render: (worker: Worker, clip: string) => Promise<MadeStream>) => {
    const stream = await render(worker, path);
    return { stream, account: await checkStream(tools, odd, source, stream) };
  };
  try {
    const split = await check(renderSplit);
    if (split.stream.parts === null) return { parts: null, faults: split.account.faults };
    const whole = await check(renderWhole);
    const inParts = split.account.faults.map((fault) => ({ ...fault, what: `in parts: ${fault.what}` }));
    return {
      parts: split.stream.parts,
      faults: [...whole.account.faults, ...inParts, ...compareSplit(whole.account, split.account)],
    };
  } catch (error) {
    return { parts: null, faults: [{ requirement: "made", what: String(error).slice(0, 500) }] };
  }
}
