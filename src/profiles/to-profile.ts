import type { Profile, Rung } from "@reelay/contracts";
import { defaultProfile } from "./built-in.ts";

/** A profile as clients describe it. Absent: unchanged (the default for a new one). Null: the default. */
export interface ProfileInput {
  rungs?: readonly RungInput[] | null;
  audio?: {
    bitrateBps?: number | null;
    channels?: Profile["audio"]["channels"] | null;
    loudness?: { targetLufs: number } | null;
  } | null;
  segmentDurationMs?: number | null;
  gopDurationMs?: number | null;
  bitrates?: Profile["bitrates"] | null;
  download?: { height: number } | null;
  preview?: boolean | null;
  dash?: boolean | null;
}

export interface RungInput {
  name?: string | null;
  height: number;
  tier?: Rung["tier"] | null;
  codec?: Rung["codec"] | null;
  bitrateBps: number;
  maxFrameRate?: number | null;
  minVmaf?: number | null;
}

const { segmentDurationMs, gopDurationMs } = defaultProfile;
const emptyProfile: Omit<Profile, "name"> = {
  rungs: [],
  audio: { codec: "AAC", bitrateBps: 128_000, channels: "STEREO", loudness: null },
  segmentDurationMs,
  gopDurationMs,
  bitrates: "CONTENT_AWARE",
  download: null,
  preview: false,
  dash: true,
};

/**
 * Applies an input to an earlier profile, without checks. Writes out every option, so that later defaults
 * change nothing. Pure.
 */
export function toProfile(
  name: string,
  input: ProfileInput,
  earlier: Omit<Profile, "name"> = emptyProfile,
): Profile {
  const { audio } = input;
  return {
    ...earlier,
    ...replace(input, "segmentDurationMs"),
    ...replace(input, "gopDurationMs"),
    ...replace(input, "bitrates"),
    ...replace(input, "download"),
    ...replace(input, "preview"),
    ...replace(input, "dash"),
    ...(input.rungs !== undefined && { rungs: (input.rungs ?? []).map(toRung) }),
    ...(audio !== undefined && { audio: { ...emptyProfile.audio, ...withoutNulls(audio ?? {}) } }),
    name,
  };
}

/** A given field; null stands for the default. */
const replace = <
  K extends "segmentDurationMs" | "gopDurationMs" | "bitrates" | "download" | "preview" | "dash",
>(
  input: ProfileInput,
  field: K,
): Partial<Pick<Profile, K>> =>
  (input[field] === undefined ? {} : { [field]: input[field] ?? emptyProfile[field] }) as Partial<
    Pick<Profile, K>
  >;

function toRung({ name, height, tier, codec, bitrateBps, maxFrameRate, minVmaf }: RungInput): Rung {
  const coded = codec ?? "H264";
  return {
    name: name ?? (coded === "H264" ? `${height}p` : `${height}p-${coded.toLowerCase()}`),
    height,
    tier: tier ?? (height <= 480 ? "CRITICAL" : height <= 1080 ? "STANDARD" : "PREMIUM"),
    codec: coded,
    bitrateBps,
    maxFrameRate: maxFrameRate ?? 30,
    ...(typeof minVmaf === "number" && { minVmaf }),
  };
}

const withoutNulls = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
