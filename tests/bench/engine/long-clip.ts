import { execFile } from "node:child_process";
import { access, mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface LongClip {
  /**
   * `standard`: H.264 and AAC in MP4, which players take as it is. `other`: MPEG-2 and MP2 in Matroska, which
   * they do not.
   */
  kind: "standard" | "other";
  size: string;
  seconds: number;
  /** Pictures per second. Default 30. */
  rate?: number;
}

const codecs = {
  standard: {
    picture: "-c:v libx264 -preset ultrafast -b:v 3M -g 60 -pix_fmt yuv420p",
    audio: "-c:a aac -b:a 128k",
    suffix: "mp4",
  },
  other: {
    picture: "-c:v mpeg2video -b:v 6M -g 15 -pix_fmt yuv420p",
    audio: "-c:a mp2 -b:a 192k",
    suffix: "mkv",
  },
} as const;

/**
 * Repeats ten seconds of picture, so that ninety minutes take little longer than a copy. The audio is encoded
 * in one piece, because a repeated one has gaps. Kept in the system's temporary folder.
 */
export async function makeLongClip(
  ffmpeg: string,
  { kind, size, seconds, rate = 30 }: LongClip,
  print: (line: string) => void,
): Promise<string> {
  const folder = join(tmpdir(), "reelay-bench");
  const { picture, audio, suffix } = codecs[kind];
  const path = join(folder, `loop-${kind}-${size}-${rate}fps-${seconds}s-v3.${suffix}`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  await mkdir(folder, { recursive: true });
  const loop = join(folder, `loop-${kind}-${size}-${process.pid}.${suffix}`);
  const quietly = "-hide_banner -nostdin -v error -y";
  const test = `testsrc2=size=${size}:rate=${rate}:duration=10,noise=alls=4:allf=t`;
  await call(ffmpeg, `${quietly} -f lavfi -i ${test} ${picture} ${loop}`);
  const unfinished = join(folder, `unfinished-${process.pid}.${suffix}`);
  print(`clip: ${seconds} s of ${size}, ${kind}`);
  const pictures = `-stream_loop ${Math.ceil(seconds / 10) - 1} -i ${loop}`;
  const tone = `-f lavfi -i sine=frequency=440:sample_rate=48000:duration=${seconds}`;
  const made = `-map 0:v -map 1:a -c:v copy ${audio} -t ${seconds} -movflags +faststart`;
  await call(ffmpeg, `${quietly} ${pictures} ${tone} ${made} ${unfinished}`);
  await rename(unfinished, path);
  return path;
}

const call = (ffmpeg: string, options: string) =>
  promisify(execFile)(ffmpeg, options.split(" "), { timeout: 600_000 });
