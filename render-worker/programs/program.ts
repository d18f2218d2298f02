import type { Jail, JailRequest } from "../jail/index.ts";
import type { ProgramResult } from "./result.ts";
import { type RunOptions, runProgram } from "./run-program.ts";

/** What a program may access besides itself. */
export type Access = Pick<JailRequest, "readable" | "writable" | "source" | "devices">;

/** A program with its permissions: to hold one is to be able to run it, and nothing else can start it. */
export interface Program {
  readonly path: string;
  /** The same program with additional access. */
  with(more: Access): Program;
  /** The same program with write access to this folder, which is assigned to the program's user. */
  writing(folder: string): Promise<Program>;
  /** Rejects if it cannot be started, and with the signal's reason once that has aborted. */
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
