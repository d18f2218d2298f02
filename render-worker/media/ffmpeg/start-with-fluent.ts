import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import createCommand from "fluent-ffmpeg";
import type { Jail, ProcessEnd } from "../../jail/index.ts";
import {
  ARGUMENTS_HERE,
  endGroup,
  isRunning,
  launchScript,
  ProgressLines,
  programEnvironment,
  readLaunched,
  type Start,
  signalTree,
} from "../../programs/index.ts";
import { type RenderPlan, wholeGraph } from "./render-plan.ts";

const SHELL = "/bin/sh";
const KEPT_LINES = 50;
/** How often to check for processes that a killed launcher has left behind. */
const LOOK_EVERY_MS = 250;

/** One per process, like fluent-ffmpeg's own cache. */
let prepared: Promise<void> | undefined;

/**
 * fluent-ffmpeg queries ffmpeg's formats and encoders before the first plan of a process, and caches the
 * answers. Querying early saves the first video the wait. Never throws: the first plan reports a broken
 * ffmpeg.
 */
export const prepareFluent = (jail: Jail, ffmpegPath: string): Promise<void> =>
  (prepared ??= ask(jail, ffmpegPath).catch(() => undefined));

async function ask(jail: Jail, ffmpegPath: string): Promise<void> {
  const env = programEnvironment(undefined);
  const jailed = await jail.wrap({ path: ffmpegPath, args: [ARGUMENTS_HERE], env, limits: {} });
  // fluent-ffmpeg can only start a path.
  const folder = await mkdtemp(join(tmpdir(), "reelay-launch-"));
  const launcher = join(folder, "ffmpeg");
  try {
    await writeFile(launcher, `#!${SHELL}\n${launchScript(jailed)}\n`);
    await chmod(launcher, 0o700);
    // For temporary folders that forbid execution. Listing capabilities gives ffmpeg access to no task's
    // files.
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

/**
 * Starts a render: fluent-ffmpeg builds the plan's command line and runs it in the jail that the shell
 * becomes.
 *
 * @param pictures the input of a plan that reads `LIVE_INPUT`
 */
export const startWithFluent =
  (plan: RenderPlan, pictures?: Readable): Start =>
  (jailed, _options, following) => {
    // The path is shared by all commands of this process.
    const script = launchScript(jailed, { hasInput: pictures !== undefined });
    const command = buildCommand(plan, ["-c", `${script} >&2`, "launch"], pictures).setFfmpegPath(SHELL);
    const progress = new ProgressLines(() => following.onProgress());
    let pid: number | null = null;
    // fluent-ffmpeg reports the end only once the output is closed, which a leftover process may prevent.
    const looking = setInterval(() => {
      if (pid !== null && !isRunning(pid)) endGroup(pid);
    }, LOOK_EVERY_MS);
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
        // The last line is empty if the output ends with a line break.
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

/** Parses fluent-ffmpeg's message about a failed process. Null if there was none. */
function readEnd(message: string): ProcessEnd | null {
  const [, code, signal] =
    /^ffmpeg (?:exited with code (\d+)|was killed with signal (SIG\w+))/.exec(message) ?? [];
  if (signal !== undefined) return { code: null, signal: signal as NodeJS.Signals };
  return code === undefined ? null : { code: Number(code), signal: null };
}

/** The plan as a fluent-ffmpeg command, after its launcher's arguments. */
function buildCommand(
  plan: RenderPlan,
  launcher: readonly string[],
  pictures: Readable | undefined,
): createCommand.FfmpegCommand {
  const command = createCommand({ stdoutLines: KEPT_LINES, cwd: plan.directory });
  // Options are passed as varargs: fluent-ffmpeg would split array elements at their first blank. Output
  // formats follow from the file extensions, since its check of `-f` misreads newer releases' format list.
  command.input(pictures ?? plan.input);
  const inputOptions = [...launcher, ...plan.inputOptions];
  command.inputOptions.apply(command, inputOptions);
  if (plan.besides) {
    command.input(plan.besides.input);
    command.inputOptions.apply(command, plan.besides.options);
  }
  if (plan.filterGraph !== null) command.complexFilter(wholeGraph(plan));
  for (const output of plan.outputs) {
    command.output(output.path);
    command.outputOptions.apply(command, output.options);
  }
  return command;
}
