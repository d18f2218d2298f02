/** The recipes that videos are rendered by. */
import type { Profile, Rung } from "@reelay/contracts";

const rung = (height: number, tier: Rung["tier"], kilobitsPerSecond: number): Rung => ({
  name: `${height}p`,
  height,
  tier,
  codec: "H264",
  bitrateBps: kilobitsPerSecond * 1000,
});

/** H.264 + AAC in every size that players meet; ceilings in the range that Apple's HLS authoring specification (2.x) suggests. */
export const defaultProfile: Profile = {
  name: "default",
  rungs: [
    rung(144, "CRITICAL", 150),
    rung(240, "CRITICAL", 300),
    rung(360, "CRITICAL", 700),
    rung(480, "CRITICAL", 1_400),
    rung(540, "STANDARD", 2_000),
    rung(720, "STANDARD", 3_500),
    rung(1080, "STANDARD", 6_000),
    rung(1440, "PREMIUM", 10_000),
    rung(2160, "PREMIUM", 18_000),
  ],
  audio: { codec: "AAC", bitrateBps: 128_000 },
  segmentDurationMs: 4_000,
  gopDurationMs: 2_000,
};

/** Three sizes: for previews, drafts and slow machines. */
const draftProfile: Profile = {
  ...defaultProfile,
  name: "draft",
  rungs: defaultProfile.rungs.filter(({ height }) => [144, 360, 720].includes(height)),
};

export const profiles: readonly Profile[] = [defaultProfile, draftProfile];
