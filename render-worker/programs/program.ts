import type { Jail, JailRequest } from "../jail/index.ts";
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
