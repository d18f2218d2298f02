import type { HlsConfig } from "hls.js";

type BufferLimits = Pick<
  HlsConfig,
  "backBufferLength" | "frontBufferFlushThreshold" | "maxBufferLength" | "maxMaxBufferLength"
>;

/** Seconds kept behind the current position. */
const BEHIND_S = 30;
/** Seconds loaded ahead of it. */
const aheadSecondsOf = { mobile: 60, desktop: 120 } as const;

/**
 * Limits memory on long videos through hls.js's own settings. `maxBufferLength` alone is not enough: hls.js
 * loads up to `maxMaxBufferLength` while its byte estimate allows. `frontBufferFlushThreshold` releases data
 * further ahead after a seek or a switch.
 */
export function bufferLimits(device: keyof typeof aheadSecondsOf): BufferLimits {
  const aheadS = aheadSecondsOf[device];
  return {
    backBufferLength: BEHIND_S,
    maxBufferLength: aheadS,
    maxMaxBufferLength: aheadS,
    frontBufferFlushThreshold: aheadS,
  };
}

/** Detects a phone or tablet by the browser's own statement, otherwise by its pointer. */
export function deviceKind(): keyof typeof aheadSecondsOf {
  const { userAgentData } = navigator as Navigator & { userAgentData?: { mobile: boolean } };
  const isMobile = userAgentData?.mobile || matchMedia("(hover: none) and (pointer: coarse)").matches;
  return isMobile ? "mobile" : "desktop";
}
