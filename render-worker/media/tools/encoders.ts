import type { Capabilities } from "@reelay/contracts";
import type { Program } from "../../programs/index.ts";
import { type FindDevicesOptions, findDevices, type TryOptions, tryCapabilities } from "../devices/index.ts";
import { words } from "../ffmpeg/index.ts";

const audioEncoders = ["aac"] as const;

/** Encoders that every transcode needs. */
export const requiredEncoders = ["libx264", "aac"] as const;

const optionalFilters = ["zscale", "tonemap", "libvmaf"] as const;

interface Probed {
  /** Names of the working encoders, audio included. */
  encoders: string[];
  /** Working video encoders and decoders by device. */
  capabilities: Capabilities;
}

/**
 * Finds what really works by encoding and decoding samples: a build may list an encoder whose device is
 * missing.
 */
export async function probeEncoders(
  ffmpeg: Program,
  options: Pick<TryOptions, "onRefused" | "signal"> & Pick<FindDevicesOptions, "nvidiaSmi"> = {},
): Promise<Probed> {
  const { signal, nvidiaSmi } = options;
  const [listed, devices] = await Promise.all([
    list(ffmpeg, "-encoders", signal),
    findDevices({ ffmpeg, ...(nvidiaSmi && { nvidiaSmi }), ...(signal && { signal }) }),
  ]);
  const [capabilities, audio] = await Promise.all([
    tryCapabilities({ ...options, ffmpeg, listed, devices }),
    Promise.all(
      audioEncoders.filter((name) => listed.has(name)).map((name) => opensForAudio(ffmpeg, name, signal)),
    ),
  ]);
  const video = new Set(capabilities.encoders.map(({ name }) => name));
  return { encoders: [...video, ...audio.filter((name) => name !== null)], capabilities };
}

async function opensForAudio(ffmpeg: Program, name: string, signal?: AbortSignal): Promise<string | null> {
  const line = `-hide_banner -nostdin -v error -f lavfi -i sine=d=0.2 -c:a ${name} -f null -`;
  const { exitCode } = await ffmpeg.run(words(line), { timeoutMs: 20_000, ...(signal && { signal }) });
  return exitCode === 0 ? name : null;
}

/** Finds which optional filters this build has. */
export async function probeFilters(ffmpeg: Program, signal?: AbortSignal): Promise<string[]> {
  const listed = await list(ffmpeg, "-filters", signal);
  return optionalFilters.filter((name) => listed.has(name));
}

/** Codecs, by ffprobe's names, that this build can decode. */
export async function probeDecodable(ffmpeg: Program, signal?: AbortSignal): Promise<string[]> {
  const stdout = await printed(ffmpeg, "-codecs", signal);
  // ` DEAIL. aac AAC (Advanced Audio Coding)`: the first flag marks decoders.
  return [...stdout.matchAll(/^ D\S{5} (\w+)/gm)].map(([, name = ""]) => name);
}

async function list(ffmpeg: Program, what: string, signal?: AbortSignal): Promise<Set<string>> {
  const stdout = await printed(ffmpeg, what, signal);
  // Columns differ between releases, but the name is always the second word.
  return new Set(stdout.split("\n").map((line) => line.trim().split(/\s+/)[1] ?? ""));
}

async function printed(ffmpeg: Program, what: string, signal?: AbortSignal): Promise<string> {
  const args = ["-hide_banner", what];
  const { stdout } = await ffmpeg.run(args, { timeoutMs: 20_000, ...(signal && { signal }) });
  return stdout;
}
