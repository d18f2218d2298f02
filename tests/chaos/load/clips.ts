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
  hasAudio: boolean;
  /** Rendered in parts: see `splitAboveSeconds`. */
  isSplit: boolean;
}

export interface Tools {
  ffmpegPath: string;
  ffprobePath: string;
}

const FRAME_RATE = 10;

/** `SPLIT_ABOVE` of the system under test: its longest clip has a head, a chunk and an audio task. */
export const SPLIT_ABOVE_SECONDS = 10;

/** Creates tiny sources, each rendered in well under a second of CPU time: the encoder is not under test. */
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
  for (const { seconds, hasAudio } of [
    { seconds: 1, hasAudio: false },
    { seconds: 2, hasAudio: true },
    { seconds: 3, hasAudio: false },
    // More than one segment.
    { seconds: 6, hasAudio: true },
    { seconds: 14, hasAudio: true },
  ]) {
    const name = `${seconds}s.mp4`;
    const file = path.join(directory, name);
    const isSplit = seconds > SPLIT_ABOVE_SECONDS;
    await promisify(execFile)(tools.ffmpegPath, clipArguments(seconds, hasAudio, file));
    const { size } = await stat(file);
    clips.push({ name, path: file, sizeBytes: size, frames: seconds * FRAME_RATE, hasAudio, isSplit });
  }
  return { clips, tools };
}

const clipArguments = (seconds: number, hasAudio: boolean, file: string): string[] => [
  ...["-v", "error", "-nostdin"],
  ...["-f", "lavfi", "-i", `testsrc2=size=426x240:rate=${FRAME_RATE}:duration=${seconds}`],
  // The head's task would copy AAC as a whole.
  ...(hasAudio ? ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`] : []),
  ...(hasAudio ? ["-c:a", seconds > SPLIT_ABOVE_SECONDS ? "ac3" : "aac"] : []),
  ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", file],
];
