import type { Capabilities } from "@reelay/contracts";
import { findDevices } from "../devices/find-devices.ts";
import type { TryOptions } from "../devices/run-trial.ts";
import { tryCapabilities } from "../devices/try-capabilities.ts";
import { runTool } from "./run-tool.ts";
import { words } from "./words.ts";

const audioEncoders = ["aac"] as const;

/** Encoders without which no render of the built-in kind can be made. */
export const requiredEncoders = ["libx264", "aac"] as const;

const optionalFilters = ["zscale", "tonemap", "libvmaf"] as const;

export interface Probed {
  /** Names of the encoders that really open, those of sound among them. */
  encoders: string[];
  /** The same for pictures, device by device. */
  capabilities: Capabilities;
}

/**
 * What really works here, found by encoding and decoding some pictures: an encoder may be listed by a build and still find no
 * device to work on.
 */
export async function probeEncoders(
  ffmpegPath: string,
  options: Pick<TryOptions, "onRefused" | "signal"> = {},
): Promise<Probed> {
  const { signal } = options;
  const [listed, devices] = await Promise.all([
    list(ffmpegPath, "-encoders", signal),
    findDevices({ ffmpegPath, ...(signal && { signal }) }),
  ]);
  const [capabilities, audio] = await Promise.all([
    tryCapabilities({ ...options, ffmpegPath, listed, devices }),
    Promise.all(
      audioEncoders.filter((name) => listed.has(name)).map((name) => opensForSound(ffmpegPath, name, signal)),
    ),
  ]);
  const video = new Set(capabilities.encoders.map(({ name }) => name));
  return { encoders: [...video, ...audio.filter((name) => name !== null)], capabilities };
}

async function opensForSound(ffmpegPath: string, name: string, signal?: AbortSignal): Promise<string | null> {
  const line = `-hide_banner -nostdin -v error -f lavfi -i sine=d=0.2 -c:a ${name} -f null -`;
  const { code } = await runTool(ffmpegPath, words(line), { timeoutMs: 20_000, ...(signal && { signal }) });
  return code === 0 ? name : null;
}

/** Which of the filters that are used only where present this build has. */
export async function probeFilters(ffmpegPath: string, signal?: AbortSignal): Promise<string[]> {
  const listed = await list(ffmpegPath, "-filters", signal);
  return optionalFilters.filter((name) => listed.has(name));
}

/** Names of the codecs, as ffprobe has them, that this build has decoders for. */
export async function probeDecodable(ffmpegPath: string, signal?: AbortSignal): Promise<string[]> {
  const stdout = await printed(ffmpegPath, "-codecs", signal);
  // ` DEAIL. aac   AAC (Advanced Audio Coding)`: the first mark is that of decoders.
  return [...stdout.matchAll(/^ D\S{5} (\w+)/gm)].map(([, name = ""]) => name);
}

async function list(ffmpegPath: string, what: string, signal?: AbortSignal): Promise<Set<string>> {
  const stdout = await printed(ffmpegPath, what, signal);
  // Columns differ between releases; the name is always the second word.
  return new Set(stdout.split("\n").map((line) => line.trim().split(/\s+/)[1] ?? ""));
}

async function printed(ffmpegPath: string, what: string, signal?: AbortSignal): Promise<string> {
  const args = ["-hide_banner", what];
  const { stdout } = await runTool(ffmpegPath, args, { timeoutMs: 20_000, ...(signal && { signal }) });
  return stdout;
}
