import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import createCommand from "fluent-ffmpeg";
import type { Jail, ProcessEnd } from "../../jail/index.ts";
import {
  argumentsHere,
  endGroup,
  isRunning,
  launchScript,
  ProgressLines,
  programEnvironment,
  readLaunched,
  type Start,
  signalTree,
} from "../../programs/index.ts";
import type { RenderPlan } from "./render-plan.ts";

const shell = "/bin/sh";
const keptLines = 50;
/** How long what a killed launcher has left behind may run on. */
const lookEveryMs = 250;

/** One per process, as what fluent-ffmpeg keeps. */
let prepared: Promise<void> | undefined;

/**
 * fluent-ffmpeg asks ffmpeg for its formats and encoders before the first plan of a process, and keeps the answers: asked beforehand, the first video
 * does not wait for them. Never throws: a broken ffmpeg is reported by the first plan.
 */
export const prepareFluent = (jail: Jail, ffmpegPath: string): Promise<void> =>
  (prepared ??= ask(jail, ffmpegPath).catch(() => undefined));

async function ask(jail: Jail, ffmpegPath: string): Promise<void> {
  const env = programEnvironment(undefined);
  const jailed = await jail.wrap({ path: ffmpegPath, args: [argumentsHere], env, limits: {} });
  // It starts a path and nothing else.
  const folder = await mkdtemp(join(tmpdir(), "reelay-launch-"));
  const launcher = join(folder, "ffmpeg");
  try {
    await writeFile(launcher, `#!${shell}\n${launchScript(jailed)}\n`);
    await chmod(launcher, 0o700);
    // Where nothing in the temporary folder may be run: listing its capabilities shows ffmpeg no task's files.
    if (!(await keepsAnswers(launcher))) await keepsAnswers(ffmpegPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await jailed.release();
  }
}

async function keepsAnswers(path: string): Promise<boolean> {
  const command = createCommand().setFfmpegPath(path);
  const errors = await Promise.all([
    new Promise<unknown>((resolve) => command.getAvailableFormats((error) => resolve(error))),
    new Promise<unknown>((resolve) => command.getAvailableEncoders((error) => resolve(error))),
  ]);
  return errors.every((error) => !error);
}

/** The start of a render: fluent-ffmpeg builds the command line of a plan and runs it, in the jail that the shell becomes. */
export const startWithFluent =
  (plan: RenderPlan): Start =>
  (jailed, _options, following) => {
    // The path is one for all commands of this process.
    const command = buildCommand(plan, ["-c", `${launchScript(jailed)} >&2`, "launch"]).setFfmpegPath(shell);
    const progress = new ProgressLines(() => following.onProgress());
    let pid: number | null = null;
    // fluent-ffmpeg says that its process has ended when the output has, which something left behind may hold open.
    const looking = setInterval(() => {
      if (pid !== null && !isRunning(pid)) endGroup(pid);
    }, lookEveryMs);
    return new Promise((resolve, reject) => {
      command.on("stderr", (line: string) => {
        if (pid === null) {
          pid = readLaunched(line);
          if (pid !== null) {
            const launched = pid;
            following.onStart({ pid, kill: (signal) => void signalTree(launched, signal) });
            return;
          }
        }
        // The last line is empty where the output ends with a line break.
        if (line !== "" && !progress.read(line)) following.onStderr(`${line}\n`);
      });
      const settle = (ended: ProcessEnd) => {
        clearInterval(looking);
        if (pid !== null) endGroup(pid);
        resolve(ended);
      };
      command.on("end", () => settle({ code: 0, signal: null }));
      command.on("error", (error: Error) => {
        const ended = readEnd(error.message);
        if (ended !== null) settle(ended);
        else {
          clearInterval(looking);
          reject(error);
        }
      });
      command.run();
    });
  };

/** What fluent-ffmpeg says of a process that did not end well; null when there was none. */
function readEnd(message: string): ProcessEnd | null {
  const [, code, signal] =
    /^ffmpeg (?:exited with code (\d+)|was killed with signal (SIG\w+))/.exec(message) ?? [];
  if (signal !== undefined) return { code: null, signal: signal as NodeJS.Signals };
  return code === undefined ? null : { code: Number(code), signal: null };
}

/** The plan as a fluent-ffmpeg command, behind the arguments of its launcher. */
function buildCommand(plan: RenderPlan, launcher: readonly string[]): createCommand.FfmpegCommand {
  const command = createCommand({ stdoutLines: keptLines, cwd: plan.directory });
  // Options go in as varargs: given as arrays, fluent-ffmpeg would split each at its first blank. Formats are left to the
  // outputs' endings, because its own check of `-f` misreads the format list of newer releases.
  command.input(plan.input);
  const inputOptions = [...launcher, ...plan.inputOptions];
  command.inputOptions.apply(command, inputOptions);
  if (plan.filterGraph !== null) command.complexFilter(plan.filterGraph);
  for (const output of plan.outputs) {
    command.output(output.path);
    command.outputOptions.apply(command, output.options);
  }
  return command;
}
