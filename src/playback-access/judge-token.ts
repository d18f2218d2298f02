import { CLOCK_SKEW_S, type Purpose } from "./claims.ts";
import type { RefusalCode } from "./refusals.ts";
import { isSignatureOf } from "./signature.ts";
import type { ParsedToken } from "./token-text.ts";

/** A signing key as verification needs it. */
export interface VerifyingKey {
  workspaceId: string;
  secret: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface TokenUse {
  /** The video in the address. */
  videoId: string;
  /** Purposes that permit the request. */
  purposes: readonly Purpose[];
  /** The origin of the requesting page; null if the browser sent none. */
  origin: string | null;
  now: Date;
}

/**
 * The reason why a token does not permit this use, or null if it does. Considers only the token and its key,
 * so the answer reveals nothing about the video. Before the signature is verified, the only answer is
 * PLAYBACK_TOKEN_INVALID. Pure.
 */
export function judgeToken(
  { claims, signed, signature }: ParsedToken,
  key: VerifyingKey | null,
  { videoId, purposes, origin, now }: TokenUse,
  ownOrigins: readonly string[],
): RefusalCode | null {
  if (key === null || !isSignatureOf(signature, signed, key.secret)) return "PLAYBACK_TOKEN_INVALID";
  if (!isLive(key, now)) return "PLAYBACK_TOKEN_REVOKED";
  if (claims.videoId !== videoId) return "PLAYBACK_TOKEN_INVALID";
  const nowS = now.getTime() / 1_000;
  if (claims.fromS > nowS + CLOCK_SKEW_S) return "PLAYBACK_TOKEN_NOT_YET_VALID";
  if (claims.untilS <= nowS) return "PLAYBACK_TOKEN_EXPIRED";
  if (!purposes.includes(claims.purpose)) return "PLAYBACK_TOKEN_PURPOSE";
  const { origins } = claims;
  const isOriginAllowed =
    origins.length === 0 || origin === null || origins.includes(origin) || ownOrigins.includes(origin);
  return isOriginAllowed ? null : "PLAYBACK_TOKEN_ORIGIN";
}

export const isLive = (key: Pick<VerifyingKey, "expiresAt" | "revokedAt">, now: Date): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
