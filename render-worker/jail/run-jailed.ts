import { spawn } from "node:child_process";
import type { Jail, JailedEnd, JailRequest, ProcessEnd } from "./jail.ts";

export interface JailedRun extends JailedEnd {
  stdout: string;
  stderr: string;
}

/**
 * Runs one program in a jail to its end, at most `timeoutMs`, for the jail's own tests. Renders use
 * `programs/`.
 */
export async function runJailed(
  jail: Jail,
  request: JailRequest,
  timeoutMs: number,
  onStart: (pid: number) => void = () => {},
): Promise<JailedRun> {
  const command = await jail.wrap(request);
  try {
    const { file, args, env, extraFds } = command;
    const child = spawn(file, args, {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", ...extraFds],
    });
    if (child.pid !== undefined) onStart(child.pid);
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    const killGroup = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // No process is left.
      }
    };
    const timer = setTimeout(killGroup, timeoutMs);
    try {
      const end = await new Promise<ProcessEnd>((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", killGroup);
        child.once("close", (code, signal) => resolve({ code, signal }));
      });
      return { ...output, ...(await command.programEnd(end)) };
    } finally {
      clearTimeout(timer);
    }
  } finally {
    await command.release();
  }
}
