import { spawn } from "node:child_process";
import { platform } from "node:os";
import { processEnvironment } from "../env.ts";
import { untilStopped } from "../wait.ts";
import { offerToKernel } from "./offer-to-kernel.ts";
import { currentUsage } from "./program-usage.ts";

/**
 * The ffprobe that npm ships is linked statically, and the C library's character conversion, which it calls for the service names in
 * an MPEG-TS, crashes when it then loads the system's modules. Without a place to load them from it does without.
 */
const toolEnvironment = { ...processEnvironment, GCONV_PATH: "/nonexistent" };

export interface ToolResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** It was ended because it wrote more than was asked for. */
  isTooLong: boolean;
}

export interface RunToolOptions {
  timeoutMs: number;
  /** Whether it waits for something that is not its fault: then it gets its time once more. */
  isExcused?: () => boolean;
  signal?: AbortSignal;
  maxBytes?: number;
  /** The folder that it runs in. Default: ours. */
  cwd?: string;
  /** Of the standard output. Default UTF-8. */
  encoding?: BufferEncoding;
  /** Called with the process id. */
  onStart?: (pid: number) => void;
  /** Most memory that it may allocate; beyond it, it gets none and says so. Default: any. */
  memoryBytes?: number;
  /** Given the output as it comes; it is then not kept. */
  onStdout?: (chunk: string) => void;
}

/** The shell becomes the tool: same process, a millisecond later. Where it knows no such limit there is none. */
const limited = (
  path: string,
  args: readonly string[],
  memoryBytes: number | undefined,
): [string, readonly string[]] =>
  memoryBytes === undefined || platform() === "win32"
    ? [path, args]
    : [
        "/bin/sh",
        [
          "-c",
          'ulimit -d "$0" 2>/dev/null; exec "$@"',
          String(Math.ceil(memoryBytes / 1_024)),
          path,
          ...args,
        ],
      ];

/**
 * Runs a short-lived tool to its end. Never throws for what the tool does, only when it cannot be started. Output beyond
 * `maxBytes` per stream (default 8 MiB) ends it: nothing that we ask for is that long.
 */
export async function runTool(
  path: string,
  args: readonly string[],
  options: RunToolOptions,
): Promise<ToolResult> {
  options.signal?.throwIfAborted();
  const child = spawn(...limited(path, args, options.memoryBytes), {
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    env: toolEnvironment,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  offerToKernel(child.pid);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const ended = child.pid === undefined ? undefined : currentUsage()?.follow(child.pid);
  const maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  let isTooLong = false;
  const kill = () => child.kill("SIGKILL");
  const timer = setTimeout(() => {
    if (options.isExcused?.()) {
      timer.refresh();
      return;
    }
    timedOut = true;
    kill();
  }, options.timeoutMs);
  options.signal?.addEventListener("abort", kill, { once: true });
  child.stdout.setEncoding(options.encoding ?? "utf8").on("data", (chunk: string) => {
    if (options.onStdout) options.onStdout(chunk);
    else if (stdout.length + chunk.length > maxBytes) {
      isTooLong = true;
      kill();
    } else stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr = (stderr + chunk).slice(-64 * 1024);
  });
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve([code, signal]));
    });
    if (signal !== null && options.signal && !timedOut && !isTooLong) await untilStopped(options.signal);
    options.signal?.throwIfAborted();
    return { code, signal, stdout, stderr, timedOut, isTooLong };
  } finally {
    ended?.();
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", kill);
  }
}
