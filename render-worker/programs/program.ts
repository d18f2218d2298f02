import type { Jail, JailRequest } from "../jail/index.ts";
import type { ProgramResult } from "./result.ts";
import { type RunOptions, runProgram } from "./run-program.ts";

/** What a program may access besides itself. */
export type Access = Pick<JailRequest, "readable" | "writable" | "source" | "devices">;

interface RunCommand extends RunOptions {
  /** Working directory. Default: a private empty folder in a jail, else the worker's own. */
  cwd?: string;
  /** Variables of its environment besides those that every program gets. */
  env?: Readonly<Record<string, string>>;
}

/** A program with its permissions: to hold one is to be able to run it, and nothing else can start it. */
export interface Program {
  readonly path: string;
  /** The same program with additional access. */
  with(more: Access): Program;
  /** The same program with read access to one more file or folder. */
  reading(path: string): Program;
  /** The same program with write access to this folder, which is assigned to the program's user. */
  writing(folder: string): Promise<Program>;
  /** Rejects if it cannot be started, and with the signal's reason once that has aborted. */
  run(args: readonly string[], options: RunCommand): Promise<ProgramResult>;
}

export const confine = (jail: Jail, path: string, access: Access = {}): Program => ({
  path,
  with: (more) => confine(jail, path, { ...access, ...more }),
  reading: (also) => confine(jail, path, { ...access, readable: [...(access.readable ?? []), also] }),
  async writing(folder) {
    await jail.adopt(folder);
    return confine(jail, path, { ...access, writable: [...(access.writable ?? []), folder] });
  },
  async run(args, { cwd, env, ...options }) {
    const command = { ...access, path, args, ...(cwd !== undefined && { cwd }), ...(env && { env }) };
    const result = await runProgram(jail, command, options);
    options.signal?.throwIfAborted();
    return result;
  },
});
