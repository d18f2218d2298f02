import type { Jail, JailRequest } from "../jail/jail.ts";
import type { RenderPlan } from "../kinds/transcode/plan/plan-render.ts";
import { toArguments } from "../kinds/transcode/plan/plan-render.ts";
import { prepareFluent, startWithFluent } from "../media/ffmpeg/start-with-fluent.ts";
import type { FfmpegTools } from "../media/ffmpeg/tools.ts";
import { commandLine } from "./command-line.ts";
import { argumentsHere } from "./launch-script.ts";
import type { ProgramResult } from "./result.ts";
import { type RunOptions, runProgram } from "./run-program.ts";

/** What a program may touch besides itself. */
export type Access = Pick<JailRequest, "readable" | "writable" | "source" | "devices">;

/** A program together with what it may touch: to hold one is to be able to run it, and nothing else can start it. */
export interface Program {
  readonly path: string;
  /** The same program, which may also touch this. */
  with(more: Access): Program;
  /** The same program, which may also write this folder; the folder is given to whom it runs as. */
  writing(folder: string): Promise<Program>;
  /** Rejects when it cannot be started, and with the signal's reason once that has aborted. */
  run(args: readonly string[], options: RunOptions & { cwd?: string }): Promise<ProgramResult>;
}

export const confine = (jail: Jail, path: string, access: Access = {}): Program => ({
  path,
  with: (more) => confine(jail, path, { ...access, ...more }),
  async writing(folder) {
    await jail.adopt(folder);
    return confine(jail, path, { ...access, writable: [...(access.writable ?? []), folder] });
  },
  async run(args, { cwd, ...options }) {
    const command = { ...access, path, args, ...(cwd !== undefined && { cwd }) };
    const result = await runProgram(jail, command, options);
    options.signal?.throwIfAborted();
    return result;
  },
});

/** The programs of an attempt. They write the attempt's folder and read its source, once that is open. */
export class Programs {
  readonly ffmpeg: Program;
  readonly ffprobe: Program;
  readonly #jail: Jail;
  readonly #tools: Pick<FfmpegTools, "ffmpeg" | "ffprobe">;
  readonly #access: Access;

  constructor(jail: Jail, tools: Pick<FfmpegTools, "ffmpeg" | "ffprobe">, access: Access) {
    this.#jail = jail;
    this.#tools = tools;
    this.#access = access;
    this.ffmpeg = confine(jail, tools.ffmpeg.path, access);
    this.ffprobe = confine(jail, tools.ffprobe.path, access);
  }

  /** The same, which may also touch this. */
  with(more: Access): Programs {
    return new Programs(this.#jail, this.#tools, { ...this.#access, ...more });
  }

  /** Runs a plan to its end. Rejects only when ffmpeg cannot be started. */
  async render(plan: RenderPlan, options: RunOptions): Promise<ProgramResult> {
    const { path } = this.#tools.ffmpeg;
    await prepareFluent(this.#jail, path);
    const command = { ...this.#access, path, args: [argumentsHere], cwd: plan.directory };
    return await runProgram(this.#jail, command, options, startWithFluent(plan));
  }

  /** The same in one line, ready to paste. */
  describeLine(plan: RenderPlan): string {
    return commandLine(this.#tools.ffmpeg.path, toArguments(plan));
  }

  /** What `render` runs. */
  describe(plan: RenderPlan): string[] {
    return [this.#tools.ffmpeg.path, ...toArguments(plan)];
  }
}
