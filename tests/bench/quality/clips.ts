import { execFile } from "node:child_process";
import { access, mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** What a video may be like; ffmpeg's own sources, 720p at 30 frames per second. */
export const contents = {
  /** A talk: next to nothing moves but a small picture in a corner. */
  "talk (easy)":
    "color=c=0x203040:s=1280x720:r=30[back];testsrc=s=1100x600:r=1[slide];testsrc2=s=240x136:r=30[head];[back][slide]overlay=20:100[both];[both][head]overlay=1020:20",
  /** Flat colours in motion. */
  "cartoon (easy)": "testsrc2=s=1280x720:r=30",
  /** Fine structure in fast motion. */
  "zoom (hard)": "mandelbrot=s=1280x720:r=30:maxiter=1000",
  /** Every picture other than the last: no encoder keeps it under the ceiling. */
  "grain (hard)": "testsrc2=s=1280x720:r=30,noise=alls=24:allf=t",
} as const;
export type Content = keyof typeof contents;

/** Long enough for its bitrates to be decided by its content. */
export const clipSeconds = 62;

/** Made once, nearly without loss, and kept in the system's temporary folder. */
export async function findOrMakeContent(
  ffmpeg: string,
  content: Content,
  print: (line: string) => void,
): Promise<string> {
  const folder = join(tmpdir(), "reelay-bench");
  const path = join(folder, `content-${content.replaceAll(/\W+/g, "-")}v1.mp4`);
  try {
    await access(path);
    return path;
  } catch {
    await mkdir(folder, { recursive: true });
    const args = [
      ...["-hide_banner", "-nostdin", "-v", "error", "-y"],
      ...[
        "-filter_complex",
        `${contents[content]},trim=duration=${clipSeconds},format=yuv420p[v]`,
        "-map",
        "[v]",
      ],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-qp", "14", "-g", "60"],
    ];
    print(`quality: making "${content}": ffmpeg ${args.join(" ")}`);
    const unfinished = `${path}.${process.pid}.part.mp4`;
    await promisify(execFile)(ffmpeg, [...args, unfinished], { timeout: 600_000 });
    await rename(unfinished, path);
    return path;
  }
}
