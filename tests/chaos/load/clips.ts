import { execFile } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { locateFfmpeg } from "@reelay/render-worker";

export interface Clip {
  name: string;
  path: string;
  sizeBytes: number;
  frames: number;
  hasSound: boolean;
  /** Made in parts: see `splitAboveSeconds`. */
  isSplit: boolean;
}

export interface Tools {
  ffmpegPath: string;
  ffprobePath: string;
}

const frameRate = 10;

/** `SPLIT_ABOVE` of the system under test: its longest clip has a head, a chunk and a task for the sound. */
export const splitAboveSeconds = 10;

/** Tiny sources, each rendered in well under a second of CPU time: what is tried is not the encoder. */
export async function makeClips(folder: string): Promise<{ clips: Clip[]; tools: Tools }> {
  const located = await locateFfmpeg({
    ffmpegPath: undefined,
    ffprobePath: undefined,
    path: "/usr/local/bin:/usr/bin:/bin",
  });
  const tools = { ffmpegPath: located.ffmpeg.path, ffprobePath: located.ffprobe.path };
  const directory = path.join(folder, "clips");
  await mkdir(directory);
  const clips: Clip[] = [];
  for (const { seconds, hasSound } of [
    { seconds: 1, hasSound: false },
    { seconds: 2, hasSound: true },
    { seconds: 3, hasSound: false },
    // More than one segment.
    { seconds: 6, hasSound: true },
    { seconds: 14, hasSound: true },
  ]) {
    const name = `${seconds}s.mp4`;
    const file = path.join(directory, name);
    const isSplit = seconds > splitAboveSeconds;
    await promisify(execFile)(tools.ffmpegPath, clipArguments(seconds, hasSound, file));
    const { size } = await stat(file);
    clips.push({ name, path: file, sizeBytes: size, frames: seconds * frameRate, hasSound, isSplit });
  }
  return { clips, tools };
}

const clipArguments = (seconds: number, hasSound: boolean, file: string): string[] => [
  ...["-v", "error", "-nostdin"],
  ...["-f", "lavfi", "-i", `testsrc2=size=426x240:rate=${frameRate}:duration=${seconds}`],
  // AAC would be copied as a whole by the head's task.
  ...(hasSound ? ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`] : []),
  ...(hasSound ? ["-c:a", seconds > splitAboveSeconds ? "ac3" : "aac"] : []),
  ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", file],
];
