import { runTool } from "./run-tool.ts";
import { words } from "./words.ts";

/** What renders need, then what later profiles may use. */
const candidates = {
  video: [
    "libx264",
    "libx265",
    "libsvtav1",
    "h264_nvenc",
    "hevc_nvenc",
    "av1_nvenc",
    "h264_qsv",
    "h264_vaapi",
  ],
  audio: ["aac"],
} as const;

/** Encoders without which no render of the built-in kind can be made. */
export const requiredEncoders = ["libx264", "aac"] as const;

const optionalFilters = ["zscale", "tonemap"] as const;

/**
 * Encoders that really open, found by encoding a few frames with each: an encoder may be listed by a build and still find no
 * device to work on.
 */
export async function probeEncoders(ffmpegPath: string, signal?: AbortSignal): Promise<string[]> {
  const listed = await list(ffmpegPath, "-encoders", signal);
  const trials = [
    ...candidates.video.map((name) => ({
      name,
      args: trialArguments("testsrc2=s=256x256:r=25:d=0.2", "-c:v", name),
    })),
    ...candidates.audio.map((name) => ({ name, args: trialArguments("sine=d=0.2", "-c:a", name) })),
  ].filter(({ name }) => listed.has(name));
  const opened = await Promise.all(
    trials.map(async ({ name, args }) => {
      const { code } = await runTool(ffmpegPath, args, { timeoutMs: 20_000, ...(signal ? { signal } : {}) });
      return code === 0 ? name : null;
    }),
  );
  return opened.filter((name) => name !== null);
}

/** Which of the filters that are used only where present this build has. */
export async function probeFilters(ffmpegPath: string, signal?: AbortSignal): Promise<string[]> {
  const listed = await list(ffmpegPath, "-filters", signal);
  return optionalFilters.filter((name) => listed.has(name));
}

const trialArguments = (source: string, option: string, encoder: string): string[] => [
  ...words(`-hide_banner -nostdin -v error -f lavfi -i ${source}`),
  ...(option === "-c:v" ? ["-pix_fmt", "yuv420p"] : []),
  ...words(`${option} ${encoder} -f null -`),
];

async function list(ffmpegPath: string, what: string, signal?: AbortSignal): Promise<Set<string>> {
  const { stdout } = await runTool(ffmpegPath, ["-hide_banner", what], {
    timeoutMs: 20_000,
    ...(signal ? { signal } : {}),
  });
  // Columns differ between releases; the name is always the second word.
  return new Set(stdout.split("\n").map((line) => line.trim().split(/\s+/)[1] ?? ""));
}
