import type { Readable } from "node:stream";
import type { Jail } from "../../jail/index.ts";
import {
  type Access,
  ARGUMENTS_HERE,
  commandLine,
  confine,
  type Program,
  type ProgramResult,
  type RunOptions,
  runProgram,
} from "../../programs/index.ts";
import { type RenderPlan, toArguments } from "./render-plan.ts";
import { prepareFluent, startWithFluent } from "./start-with-fluent.ts";
import type { FfmpegTools } from "./tools.ts";

/** The programs of an attempt. They can write the attempt's folder, and read the source once it is open. */
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

  /** A copy with additional access. */
  with(more: Access): Programs {
    return new Programs(this.#jail, this.#tools, { ...this.#access, ...more });
  }

  /**
   * Runs a plan to its end. Rejects only if ffmpeg cannot be started.
   *
   * @param pictures the input of a plan that reads `LIVE_INPUT`
   */
  async render(plan: RenderPlan, options: RunOptions, pictures?: Readable): Promise<ProgramResult> {
    const { path } = this.#tools.ffmpeg;
    await prepareFluent(this.#jail, path);
    const command = { ...this.#access, path, args: [ARGUMENTS_HERE], cwd: plan.directory };
    return await runProgram(this.#jail, command, options, startWithFluent(plan, pictures));
  }

  /** The command in one line, ready to paste. */
  describeLine(plan: RenderPlan): string {
    return commandLine(this.#tools.ffmpeg.path, toArguments(plan));
  }

  /** The command line that `render` runs. */
  describe(plan: RenderPlan): string[] {
    return [this.#tools.ffmpeg.path, ...toArguments(plan)];
  }
}
