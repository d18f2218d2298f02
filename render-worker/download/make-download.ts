import { createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { objectKeys, type PublishedPlaylist, type VariantState } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../attempt/attempt-trace.ts";
import type { AttemptContext } from "../attempt/context.ts";
import { retriableError } from "../errors.ts";
import { runTool } from "../ffmpeg/run-tool.ts";
import { words } from "../ffmpeg/words.ts";
import { retryStore } from "../hls/retry-store.ts";
import { chooseVariant } from "./choose-variant.ts";

/** Below the attempt's prefix. */
export const downloadFolder = "download";
const file = "video.mp4";
const timeoutMs = 30 * 60_000;

/**
 * Makes the profile's download, a progressive MP4 with its index in front, of what the store has by now of a variant and of the sound: nothing is encoded
 * again. For an attempt that has the whole video. Throws a retriable `RenderError`.
 */
export async function makeDownload(context: AttemptContext): Promise<void> {
  const { state, task } = context;
  if (task.only !== undefined || state.current.download) return;
  const variant = chooseVariant(state.current.variants, task.profile);
  if (variant === null) return;
  const download = await inSpan(tracerName, "download", { parent: context.trace }, () =>
    make(context, variant),
  );
  state.update((before) => ({ ...before, download }));
}

async function make(context: AttemptContext, variant: VariantState) {
  const { ref, signal, state, store, tools } = context;
  const sound = state.current.audio?.playlist ?? null;
  const playlists = [variant.playlist, sound].filter((playlist) => playlist !== null);
  const sizeBytes = playlists.reduce((sum, playlist) => sum + playlist.sizeBytes, 0);
  // The pieces as one file each, and the file that they become.
  await context.directory.assertRoom(2 * sizeBytes + 16 * 1024 * 1024);
  const directory = join(context.directory.path, downloadFolder);
  await mkdir(directory, { recursive: true });
  const inputs: string[] = [];
  for (const [index, playlist] of playlists.entries()) {
    inputs.push(await bringTogether(store, playlist, join(directory, `${index}.mp4`), signal));
  }
  const path = join(directory, file);
  const result = await runTool(tools.ffmpeg.path, toArguments(inputs, path, variant), { timeoutMs, signal });
  if (result.code !== 0) {
    throw retriableError(
      "WORKER",
      "DOWNLOAD_FAILED",
      `ffmpeg could not put ${variant.name} and the sound into one MP4 (exit code ${result.code}); another attempt may get through.`,
      result.stderr,
    );
  }
  const made = await stat(path);
  const key = objectKeys.attemptFile(ref.videoId, ref.attemptId, downloadFolder, file);
  await retryStore(`store ${key}`, signal, () =>
    store.adopt(key, path, {
      contentType: "video/mp4",
      cacheControl: "public, max-age=31536000, immutable",
      signal,
    }),
  );
  await rm(directory, { recursive: true, force: true });
  return { key, variant: variant.name, sizeBytes: made.size };
}

/** Picture first; what HEVC is called is what Apple's players look for. */
const toArguments = (inputs: readonly string[], path: string, { codec }: VariantState): string[] => [
  ...words("-hide_banner -nostdin -v error -y"),
  ...inputs.flatMap((input) => [...words("-protocol_whitelist file -f mp4 -i"), `file:${input}`]),
  ...inputs.flatMap((_, index) => ["-map", `${index}:0`]),
  ...words("-c copy -map_metadata -1 -movflags +faststart"),
  ...(codec === "HEVC" ? words("-tag:v hvc1") : []),
  ...words("-f mp4"),
  path,
];

/** A rendition as one fragmented MP4: its initialisation segment and its segments, one after the other. */
async function bringTogether(
  store: ObjectStore,
  { key }: PublishedPlaylist,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const playlist = await retryStore(
    `read ${key}`,
    signal,
    async () => await text((await store.read(key)).body),
  );
  const init = /^#EXT-X-MAP:URI="([^"]+)"/m.exec(playlist)?.[1] ?? "init.mp4";
  const segments = playlist.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const uri of [init, ...segments]) {
    const piece = posix.join(posix.dirname(key), uri);
    const { body } = await retryStore(`read ${piece}`, signal, () => store.read(piece));
    await pipeline(body, createWriteStream(path, { flags: "a" }), { signal });
  }
  return path;
}
