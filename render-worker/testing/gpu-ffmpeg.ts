/**
 * Emulates ffmpeg with an NVIDIA GPU on a machine without: runs the real ffmpeg with everything that needs
 * the GPU replaced (`h264_nvenc` becomes libx264, `scale_cuda` scales on the processor), and fails like a GPU
 * on request. `node gpu-ffmpeg.ts REAL_FFMPEG STATE_FOLDER ARGUMENTS…`; a file `fail` in the state folder
 * makes renders fail: `{ with, message }`, those whose command line contains `with`.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [, , ffmpeg = "", state = "", ...told] = process.argv;

/** Options of NVENC and of CUDA, with their values. */
const without = new Set(
  "-gpu -rc -cq -tune -forced-idr -no-scenecut -init_hw_device -filter_hw_device -hwaccel -hwaccel_device -hwaccel_output_format".split(
    " ",
  ),
);
const instead: [RegExp, string][] = [
  [/^h264_nvenc$/, "libx264"],
  [/^p4$/, "ultrafast"],
  [/scale_cuda=(\d+):(\d+):format=nv12:passthrough=0/g, "scale=$1:$2"],
  [/hwdownload,format=nv12,format=yuv420p/g, "format=yuv420p"],
];

function translate(args: readonly string[]): string[] {
  const out: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (without.has(arg) || (arg === "-b:v" && args[index + 1] === "0")) index += 1;
    else out.push(instead.reduce((text, [from, to]) => text.replace(from, to), arg));
  }
  return out;
}

function run(args: readonly string[], onStarted: (kill: () => void) => void): void {
  const child = spawn(ffmpeg, args, { stdio: ["ignore", "inherit", "inherit"] });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
  child.on("close", (code, signal) => process.exit(process.exitCode ?? code ?? (signal === null ? 1 : 255)));
  onStarted(() => child.kill("SIGKILL"));
}

const failFile = join(state, "fail");
const failure: { with: string; message: string } | null = existsSync(failFile)
  ? JSON.parse(readFileSync(failFile, "utf8"))
  : null;

if (told.includes("list")) {
  process.stderr.write("[h264_nvenc @ 0x55d0c8a5c2c0] [ GPU #0 - < NVIDIA Test > has Compute SM 8.9 ]\n");
  process.exit(1);
} else if (told.some((arg) => /^(?:hevc|av1)_nvenc$/.test(arg))) {
  process.stderr.write(
    "[hevc_nvenc @ 0x55d0c8a5c2c0] OpenEncodeSessionEx failed: unsupported device (2): (no details)\n",
  );
  process.exit(1);
} else if (failure !== null && told.includes(failure.with) && told.includes("-hls_time")) {
  const slowly = translate(told);
  slowly.splice(slowly.indexOf("-i"), 0, "-readrate", "2");
  const segment = slowly.findLast((arg) => arg.endsWith("index.m3u8")) ?? "";
  run(slowly, (kill) => {
    // Some of it is already being watched when it fails.
    const timer = setInterval(() => {
      if (!existsSync(segment)) return;
      clearInterval(timer);
      process.exitCode = 1;
      process.stderr.write(`${failure.message}\n`);
      kill();
    }, 50);
  });
} else {
  run(translate(told), () => undefined);
}
