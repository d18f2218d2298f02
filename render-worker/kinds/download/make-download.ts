import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type AudioState,
  attachment,
  chooseVariant,
  type Download,
  type DownloadParams,
  objectKeys,
  type PublishedPlaylist,
  type VariantState,
} from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../attempt/index.ts";
import { retriableError } from "../../errors.ts";
import { makeFolder, reserveMemory } from "../../host/index.ts";
import { words } from "../../media/ffmpeg/index.ts";
import { downloadNeed } from "../../media/needs/index.ts";
import { type KnownSums, storeOnce } from "../../store/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import { type Brought, bringTogether } from "./bring-together.ts";

/** Below the attempt's prefix. */
const DOWNLOAD_FOLDER = "download";
const FILE = "video.mp4";
const TIMEOUT_MS = 30 * 60_000;

type DownloadAttempt = MediaAttempt<
  Pick<DownloadParams, "version" | "profile" | "keep" | "downloadName" | "sums">
>;

/** The finished renditions of a video. */
interface MadeVideo {
  variants: readonly VariantState[];
  /** The default audio track. */
  audio: AudioState | null;
}

/**
 * Makes the profile's download, a progressive MP4 with its index in front, from the stored segments of a
 * variant and the audio. Nothing is encoded again. Null when the profile requests no download or no variant
 * fits. Throws a `RenderError`: `DOWNLOAD_FAILED`, or `DOWNLOAD_MIXED`, which is final.
 */
export async function makeDownload(context: DownloadAttempt, video: MadeVideo): Promise<Download | null> {
  const variant = chooseVariant(video.variants, context.task.profile);
  if (variant === null) return null;
  const audio = video.audio?.playlist ?? null;
  return await inSpan(TRACER_NAME, "download", { parent: context.trace }, () =>
    make(context, variant, audio),
  );
}

async function make(context: DownloadAttempt, variant: VariantState, audio: PublishedPlaylist | null) {
  const { programs, ref, signal, store } = context;
  const playlists = [variant.playlist, audio].filter((playlist) => playlist !== null);
  const sizeBytes = playlists.reduce((sum, playlist) => sum + playlist.sizeBytes, 0);
  // The pieces as one file each, plus the result.
  await context.directory.assertRoom(2 * sizeBytes + 16 * 1024 * 1024);
  const directory = join(context.directory.path, DOWNLOAD_FOLDER);
  await makeFolder(directory);
  const bytes = downloadNeed(packetsOf(variant, audio));
  const reading = <T>(work: () => Promise<T>) =>
    reserveMemory(context, { program: "download-look", bytes }, work);
  const sums = knownSums(context.task);
  const inputs: Brought[] = [];
  for (const [index, playlist] of playlists.entries()) {
    const mayMix = playlist === variant.playlist && variant.codec === "H264";
    const into = { ffprobe: programs.ffprobe, directory, name: String(index), mayMix, sums };
    inputs.push(await bringTogether(store, playlist, { ...into, reading }, signal));
  }
  const path = join(directory, FILE);
  const args = toArguments(inputs, path, variant);
  const result = await reserveMemory(context, { program: "download", bytes }, () =>
    programs.ffmpeg.run(args, { timeoutMs: TIMEOUT_MS, signal }),
  );
  if (result.exitCode !== 0) {
    throw retriableError(
      "WORKER",
      "DOWNLOAD_FAILED",
      `ffmpeg could not combine ${variant.name} and the audio into one MP4 (exit code ${result.exitCode}). Another attempt may succeed.`,
      result.stderr,
    );
  }
  const made = await stat(path);
  const { downloadName = FILE } = context.task;
  const key = objectKeys.attemptFile(ref.videoId, ref.attemptId, DOWNLOAD_FOLDER, downloadName);
  const kept = { contentType: "video/mp4", contentDisposition: attachment(key) };
  await storeOnce(store, key, { path }, { ...kept, signal });
  await rm(directory, { recursive: true, force: true });
  return { key, variant: variant.name, sizeBytes: made.size };
}

/** AAC at 48 kHz. */
const AUDIO_PACKETS_PER_SECOND = 47;

const packetsOf = ({ frameRate, playlist }: VariantState, audio: PublishedPlaylist | null): number =>
  ((frameRate ?? 60) * (playlist?.durationMs ?? 0) + AUDIO_PACKETS_PER_SECOND * (audio?.durationMs ?? 0)) /
  1000;

/** Video first. */
const toArguments = (inputs: readonly Brought[], path: string, { codec }: VariantState): string[] => [
  ...words("-hide_banner -nostdin -v error -y"),
  ...inputs.flatMap(({ format, path: input }) => [
    ...["-protocol_whitelist", "file", "-f", format],
    ...["-i", `file:${input}`],
  ]),
  ...inputs.flatMap((_, index) => ["-map", `${index}:0`]),
  ...words("-c copy -map_metadata -1 -movflags +faststart"),
  ...toTag(codec, inputs[0]?.format === "concat"),
  ...words("-f mp4"),
  path,
];

/** Apple's players require `hvc1`; `avc3` declares parameter sets among the frames (ISO/IEC 14496-15). */
function toTag(codec: string, isMixed: boolean): string[] {
  if (codec === "HEVC") return words("-tag:v hvc1");
  return isMixed ? words("-tag:v avc3") : [];
}

const knownSums = ({ sums = [] }: Pick<DownloadParams, "sums">): KnownSums =>
  new Map(
    sums.flatMap(({ prefix, files }) =>
      files.map(([name, sizeBytes, crc32c]) => [prefix + name, { sizeBytes, crc32c }] as const),
    ),
  );
