import { execFile } from "node:child_process";
import { promisify } from "node:util";

interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program. Resolves to its trimmed standard output; rejects with the end of its output if it fails.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}) {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      ...options,
      maxBuffer: 64 * 1024 ** 2,
    });
    return stdout.trim();
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `${program} ${args.slice(0, 4).join(" ")} failed:\n${`${stdout}\n${stderr}`.slice(-6_000)}`,
      {
        cause: error,
      },
    );
  }
}
