import { execFile } from "node:child_process";
import { access, mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * 1080p30 with audio: a moving test picture under noise, so that the encoders have something to do, at the
 * bitrate of a good camera and coded as cameras and editors do, with CABAC and B pictures: decoding it costs
 * what decoding an upload costs, three times what it would without them.
 */
const options = (seconds: number): string[] =>
  [
    "-hide_banner -nostdin -v error -y",
    `-f lavfi -i testsrc2=size=1920x1080:rate=30:duration=${seconds},noise=alls=6:allf=t`,
    `-f lavfi -i sine=frequency=440:sample_rate=48000:duration=${seconds}`,
    "-c:v libx264 -preset fast -b:v 10M -maxrate 11M -bufsize 11M -g 60 -pix_fmt yuv420p",
    "-c:a aac -b:a 128k -ac 2 -movflags +faststart -f mp4",
  ].flatMap((line) => line.split(" "));

/** Made once and kept in the system's temporary folder. */
export async function findOrMakeClip(
  ffmpeg: string,
  seconds: number,
  print: (line: string) => void,
): Promise<string> {
  const folder = join(tmpdir(), "reelay-bench");
  const path = join(folder, `testsrc2-noise-1080p30-${seconds}s-v4.mp4`);
  try {
    await access(path);
    return path;
  } catch {
    await mkdir(folder, { recursive: true });
    const command = options(seconds);
    print(`worker: making the clip: ffmpeg ${command.join(" ")} ${path}`);
    const unfinished = `${path}.${process.pid}.part`;
    await promisify(execFile)(ffmpeg, [...command, unfinished], { timeout: 300_000 });
    await rename(unfinished, path);
    return path;
  }
}
