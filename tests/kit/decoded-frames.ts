import { expect } from "vitest";
import { testTools } from "../../render-worker/testing/kit.ts";
import { runTool } from "../../render-worker/testing/run-tool.ts";

/** The decoded frames of a playlist, each once, one after the other. ffmpeg has nothing to complain about. */
export async function readDecodedFrames(playlist: string): Promise<{ atMs: number; hash: string }[]> {
  const { ffmpeg } = await testTools();
  const passed = ["-fps_mode", "passthrough", "-enc_time_base", "1/1000", "-f", "framemd5", "-"];
  const args = ["-v", "warning", "-xerror", "-i", playlist, "-map", "0:v:0", ...passed];
  const { stdout, stderr } = await runTool(ffmpeg.path, args, { timeoutMs: 60_000 });
  expect(stderr).toBe("");
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const fields = line.split(",").map((field) => field.trim());
    return { atMs: Number(fields[2]), hash: fields.at(-1) ?? "" };
  });
}
