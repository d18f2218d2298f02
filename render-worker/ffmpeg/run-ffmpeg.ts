import type { ChildProcess } from "node:child_process";
import createCommand from "fluent-ffmpeg";
import { countOomKills } from "../limits/oom-kills.ts";
import { untilStopped } from "../wait.ts";
import { offerToKernel } from "./offer-to-kernel.ts";
import type { RenderPlan } from "./plan-render.ts";
import { currentUsage } from "./program-usage.ts";

/** How an ffmpeg process ended, as it is; `explainFfmpegFailure` says what that means. */
export interface FfmpegResult {
  exitCode: number | null;
  signal: string | null;
  /** It was ended because it made no progress. */
  isStalled: boolean;
  /** Processes that the kernel killed for lack of memory meanwhile, around here; null where nobody counts. */
  oomKills?: number | null;
  /** The last lines that it wrote. */
  logTail: string;
}

export interface RunOptions {
  ffmpegPath: string;
  /** Ends the process: SIGTERM, and SIGKILL half a second later. The result then carries the signal; nothing is thrown. */
  signal: AbortSignal;
  /** Without any progress for so long, the process is ended. */
  stallTimeoutMs: number;
  /** Whether it waits for something that is not its fault: then it is not ended. */
  isExcused?: () => boolean;
  /** Called with the process id, so that a later worker can end what this one left behind. */
  onStart?: (pid: number) => void;
}

const killAfterMs = 500;
const logLines = 50;

/**
 * fluent-ffmpeg asks ffmpeg for its formats and encoders before the first plan of a process, and keeps the answers: asked beforehand, the first video
 * does not wait for them. Never throws: what is wrong with ffmpeg is told by the first plan.
 */
export async function prepareFfmpeg(ffmpegPath: string): Promise<void> {
  const command = createCommand().setFfmpegPath(ffmpegPath);
  await Promise.all([
    new Promise<void>((resolve) => command.getAvailableFormats(() => resolve())),
    new Promise<void>((resolve) => command.getAvailableEncoders(() => resolve())),
  ]);
}

/** Runs a plan to its end. Rejects only when ffmpeg cannot be started. */
export async function runFfmpeg(plan: RenderPlan, options: RunOptions): Promise<FfmpegResult> {
  const command = buildCommand(plan, options.ffmpegPath);
  const log: string[] = [];
  const usage = currentUsage();
  const killsBefore = await countOomKills();
  let child: ChildProcess | undefined;
  let ended: (() => void) | undefined;
  let isStalled = false;
  let escalation: NodeJS.Timeout | undefined;
  const end = () => {
    child?.kill("SIGTERM");
    escalation ??= setTimeout(() => child?.kill("SIGKILL"), killAfterMs);
  };
  const stalled = setTimeout(() => {
    if (options.isExcused?.()) {
      stalled.refresh();
      return;
    }
    isStalled = true;
    end();
  }, options.stallTimeoutMs);
  try {
    const result = await new Promise<FfmpegResult>((resolve, reject) => {
      command.on("start", () => {
        child = runningProcess(command);
        if (!child) return;
        if (child.pid !== undefined) {
          offerToKernel(child.pid);
          ended = usage?.follow(child.pid);
          options.onStart?.(child.pid);
        }
        if (options.signal.aborted) end();
        else options.signal.addEventListener("abort", end, { once: true });
        followPulse(child, () => stalled.refresh());
      });
      command.on("stderr", (line: string) => {
        log.push(line);
        if (log.length > logLines) log.shift();
      });
      const settle = () =>
        resolve({
          exitCode: child?.exitCode ?? null,
          signal: child?.signalCode ?? null,
          isStalled,
          logTail: log.join("\n"),
        });
      command.on("end", settle);
      command.on("error", (error: Error) => (child?.pid === undefined ? reject(error) : settle()));
      command.run();
    });
    if (!isStalled && isEndedBySignal(result)) await untilStopped(options.signal);
    const kills = await countOomKills();
    return { ...result, oomKills: kills === null || killsBefore === null ? null : kills - killsBefore };
  } finally {
    ended?.();
    clearTimeout(stalled);
    clearTimeout(escalation);
    options.signal.removeEventListener("abort", end);
  }
}

/** 255 is how ffmpeg ends when it takes a signal itself. */
const isEndedBySignal = ({ exitCode, signal }: FfmpegResult) => signal !== null || exitCode === 255;

/** The plan as a fluent-ffmpeg command. */
export function buildCommand(plan: RenderPlan, ffmpegPath: string): createCommand.FfmpegCommand {
  const command = createCommand({ stdoutLines: logLines, cwd: plan.directory }).setFfmpegPath(ffmpegPath);
  // Options go in as varargs: given as arrays, fluent-ffmpeg would split each at its first blank. Formats are left to the
  // outputs' endings, because its own check of `-f` misreads the format list of newer releases.
  command.input(plan.input);
  command.inputOptions.apply(command, plan.inputOptions);
  if (plan.filterGraph !== null) command.complexFilter(plan.filterGraph);
  for (const output of plan.outputs) {
    command.output(output.path);
    command.outputOptions.apply(command, output.options);
  }
  return command;
}

/** fluent-ffmpeg keeps the child process here while it runs, but does not declare it. */
const runningProcess = (command: createCommand.FfmpegCommand): ChildProcess | undefined =>
  (command as unknown as { ffmpegProc?: ChildProcess }).ffmpegProc;

/** `-progress` writes a block of lines now and then even when nothing happens: only a block that says something new is progress. */
function followPulse(child: ChildProcess, onPulse: () => void): void {
  let last = "";
  let block = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    block += chunk;
    const end = block.lastIndexOf("progress=");
    if (end === -1) return;
    const said = block.slice(0, end).replaceAll(/^(?:speed|fps|bitrate)=.*$/gm, "");
    block = block.slice(end + "progress=".length);
    if (said !== last) onPulse();
    last = said;
  });
}
