import { readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { makeTestClip } from "../kit/test-clip.ts";

/** A few frames that any worker renders quickly. */
export const goodClip = (directory: string, name = "good.mp4", seconds = 1): Promise<string> =>
  makeTestClip(join(directory, name), { seconds, size: "256x144", rate: 15 });

const blank = (size: string) => [
  "-f",
  "lavfi",
  "-i",
  `color=size=${size}:rate=1:duration=1`,
  "-c:v",
  "libx264",
  "-preset",
  "ultrafast",
  "-pix_fmt",
  "yuv420p",
];

/** Makes the files that no video comes of, by name. */
export const badFiles: Record<string, (directory: string) => Promise<string>> = {
  text: (directory) => written(directory, "text.mp4", "This is not a video.\n".repeat(500)),
  playlist: (directory) =>
    written(
      directory,
      "playlist.mp4",
      "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:1/a.ts\n#EXT-X-ENDLIST\n",
    ),
  zeroes: (directory) => written(directory, "zeroes.mp4", Buffer.alloc(100_000)),
  "cut off before its index": async (directory) =>
    cutOff(directory, "late-index.mp4", await goodClip(directory, "whole.mp4")),
  "cut off after its index": async (directory) => {
    const whole = await makeClip(join(directory, "early-index.mp4"), [
      "-i",
      await goodClip(directory, "whole.mp4"),
      "-c",
      "copy",
      "-movflags",
      "+faststart",
    ]);
    return cutOff(directory, "early-index-cut.mp4", whole);
  },
  "audio alone": (directory) =>
    makeClip(join(directory, "audio.m4a"), ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"]),
  "too many pixels": (directory) => makeClip(join(directory, "large.mp4"), blank("8000x4600")),
};

/** Strange, and yet videos. */
export const oddFiles: Record<string, (directory: string) => Promise<string>> = {
  "two by two pixels": (directory) => makeClip(join(directory, "tiny.mp4"), blank("2x2")),
  "a thin line": (directory) => makeClip(join(directory, "line.mp4"), blank("4096x2")),
  "a tall line": (directory) => makeClip(join(directory, "tall.mp4"), blank("2x4096")),
};

async function written(directory: string, name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

async function cutOff(directory: string, name: string, path: string): Promise<string> {
  const whole = await readFile(path);
  return written(directory, name, whole.subarray(0, Math.floor(whole.length * 0.6)));
}

/** Serves on 127.0.0.1 until disposed. */
export async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
