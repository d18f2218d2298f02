import { createNoJail } from "../jail/no-jail.ts";
import { type RunOptions, runProgram } from "../programs/run-program.ts";

export interface ToolResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

const jail = createNoJail();

/** Runs a tool for a test, outside any jail. */
export async function runTool(
  path: string,
  args: readonly string[],
  { maxBytes, ...options }: Omit<RunOptions, "maxStdout"> & { maxBytes?: number } = {},
): Promise<ToolResult> {
  const limits = maxBytes === undefined ? {} : { maxStdout: maxBytes };
  const { exitCode, stdout, stderr } = await runProgram(jail, { path, args }, { ...options, ...limits });
  return { code: exitCode, stdout, stderr };
}
