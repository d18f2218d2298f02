/** The content of a playback token. Times are whole seconds since 1970, as the token spells them. */

/** A token serves one purpose: a PLAY token neither downloads nor replaces the narrower STATUS token. */
export const purposes = ["PLAY", "DOWNLOAD", "STATUS"] as const;
export type Purpose = (typeof purposes)[number];

export interface PlaybackClaims {
  /** Names the signing key. */
  keyId: string;
  purpose: Purpose;
  /** The video's row key, as media addresses spell it. */
  videoId: string;
  /** Not valid before. */
  fromS: number;
  /** Not valid from then on. */
  untilS: number;
  /** Origins whose pages may use it, for example `https://shop.example`. Empty: any. */
  origins: readonly string[];
  /** The customer's own viewer id; empty by default. */
  viewerId: string;
}

export const MAX_TOKEN_LENGTH = 1_024;
/** Longest life of a token: seven days. */
export const MAX_LIFETIME_S = 604_800;
export const MAX_ORIGINS = 10;
/** In UTF-8. */
export const MAX_VIEWER_BYTES = 128;
/** Limit for all origins together, in UTF-8. */
export const MAX_ORIGINS_BYTES = 480;
/** Tolerated difference between the clock that signed and this one. */
export const CLOCK_SKEW_S = 60;
