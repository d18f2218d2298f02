import { execFile } from "node:child_process";
import { promisify } from "node:util";

interface ToolOptions {
  cwd?: string;
}

/** Runs a program to its end and returns its output. Throws an error with the end of what it printed. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], {
      ...options,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    const printed = `${stdout}\n${stderr}`.trim().slice(-4_000);
    throw new Error(`${program} ${args.join(" ")} failed: ${printed || message}`, { cause: error });
  }
}
