import type { HlsConfig } from "hls.js";

type BufferLimits = Pick<
  HlsConfig,
  "backBufferLength" | "frontBufferFlushThreshold" | "maxBufferLength" | "maxMaxBufferLength"
>;

/** Seconds that stay behind the picture. */
const BEHIND_S = 30;
/** Seconds that are loaded ahead of it. */
const AHEAD_S = { mobile: 60, desktop: 120 } as const;

/**
 * What bounds memory on long videos, in hls.js's own settings. `maxBufferLength` alone is not it: hls.js loads on up to `maxMaxBufferLength` while
 * its estimate of bytes allows. `frontBufferFlushThreshold` gives back what lies further ahead after a seek or a switch.
 */
export function bufferLimits(device: keyof typeof AHEAD_S): BufferLimits {
  const aheadS = AHEAD_S[device];
  return {
    backBufferLength: BEHIND_S,
    maxBufferLength: aheadS,
    maxMaxBufferLength: aheadS,
    frontBufferFlushThreshold: aheadS,
  };
}

/** A phone or a tablet, by what the browser says of itself, else by its pointer. */
export function deviceKind(): keyof typeof AHEAD_S {
  const { userAgentData } = navigator as Navigator & { userAgentData?: { mobile: boolean } };
  const isMobile = userAgentData?.mobile || matchMedia("(hover: none) and (pointer: coarse)").matches;
  return isMobile ? "mobile" : "desktop";
}
