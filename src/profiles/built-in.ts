import type { Profile, Rung, VideoCodec } from "@reelay/contracts";

/**
 * Height, tier, and kilobits per second of H.264, HEVC and AV1. Ceilings within the range of Apple's HLS
 * authoring specification (2.x).
 */
const sizes = [
  [144, "CRITICAL", 150, 110, 90],
  [240, "CRITICAL", 300, 220, 180],
  [360, "CRITICAL", 700, 450, 380],
  [480, "CRITICAL", 1_400, 900, 750],
  [540, "STANDARD", 2_000, 1_300, 1_100],
  [720, "STANDARD", 3_500, 2_300, 1_900],
  [1080, "STANDARD", 6_000, 4_200, 3_500],
  [1440, "PREMIUM", 10_000, 7_000, 5_800],
  [2160, "PREMIUM", 18_000, 12_500, 10_500],
] as const;

/**
 * From this height on, sources above 30 frames per second keep up to 60; below, the bits are better spent on
 * each frame.
 */
const FAST_FROM = 720;

function ladder(codec: VideoCodec, heights?: readonly number[]): Rung[] {
  return sizes
    .filter(([height]) => heights?.includes(height) ?? true)
    .map(([height, tier, h264, hevc, av1]) => ({
      name: codec === "H264" ? `${height}p` : `${height}p-${codec.toLowerCase()}`,
      height,
      tier,
      codec,
      bitrateBps: { H264: h264, HEVC: hevc, AV1: av1 }[codec] * 1000,
      maxFrameRate: height >= FAST_FROM ? 60 : 30,
    }));
}

/** H.264 and AAC in every size that players use. */
export const defaultProfile: Profile = {
  name: "default",
  rungs: ladder("H264"),
  audio: { codec: "AAC", bitrateBps: 128_000 },
  segmentDurationMs: 4_000,
  gopDurationMs: 2_000,
  bitrates: "CONTENT_AWARE",
};

/** The H.264 rungs beside a newer codec's ladder, for players without that codec. */
const fallback = [144, 360, 720];
const modern = [360, 540, 720, 1080, 1440, 2160];

/** Profiles of every workspace; their names are reserved. The first is the default. */
export const builtInProfiles: readonly Profile[] = [
  defaultProfile,
  // Three sizes: for previews, drafts and slow machines.
  { ...defaultProfile, name: "draft", rungs: ladder("H264", fallback) },
  {
    ...defaultProfile,
    name: "hevc",
    rungs: [...ladder("H264", fallback), ...ladder("HEVC", modern)],
  },
  {
    ...defaultProfile,
    name: "av1",
    rungs: [...ladder("H264", fallback), ...ladder("AV1", modern)],
  },
  // Audio only, at the usual loudness of podcasts.
  {
    ...defaultProfile,
    name: "audio",
    rungs: [],
    audio: { codec: "AAC", bitrateBps: 128_000, loudness: { targetLufs: -16 } },
  },
  // The default ladder, and a download.
  { ...defaultProfile, name: "download", download: { height: 1080 } },
];
