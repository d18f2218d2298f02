import {
  MAX_LIFETIME_S,
  MAX_ORIGINS,
  MAX_TOKEN_LENGTH,
  type PlaybackClaims,
  type Purpose,
} from "./claims.ts";

/**
 * The text of a token: nine fields joined by dots, which a CDN can split without a JSON parser.
 *
 *     1.{keyId}.{purpose}.{videoId}.{from}.{until}.{origins}.{viewerId}.{signature}
 *
 * `origins` (joined by commas) and `viewerId` are base64url of UTF-8, `-` when empty. The signature is the
 * base64url HMAC-SHA-256 of everything before the last dot, keyed with the secret's own text. A valid token
 * has exactly one spelling.
 */
const PATTERN =
  /^1\.([a-z2-7]{12})\.(play|download|status)\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([1-9]\d{9})\.([1-9]\d{9})\.(-|[A-Za-z0-9_-]{2,})\.(-|[A-Za-z0-9_-]{2,})\.([A-Za-z0-9_-]{43})$/;

const EMPTY = "-";

export interface ParsedToken {
  claims: PlaybackClaims;
  /** The text that the signature covers. */
  signed: string;
  signature: string;
}

/** The text to sign. */
export function signedText(claims: PlaybackClaims): string {
  const { keyId, purpose, videoId, fromS, untilS, origins, viewerId } = claims;
  const lower = purpose.toLowerCase();
  return `1.${keyId}.${lower}.${videoId}.${fromS}.${untilS}.${encode(origins.join(","))}.${encode(viewerId)}`;
}

/**
 * Null for any text that is not exactly the spelling of a token. Does not verify the signature. Linear in its
 * length.
 */
export function parseToken(text: string): ParsedToken | null {
  if (text.length > MAX_TOKEN_LENGTH) return null;
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, keyId = "", purpose = "", videoId = "", from, until, originsText = "", viewerText = ""] = match;
  const [fromS, untilS] = [Number(from), Number(until)];
  const [joined, viewerId] = [decode(originsText), decode(viewerText)];
  if (joined === null || viewerId === null) return null;
  const origins = joined === "" ? [] : joined.split(",");
  const isInBounds = untilS > fromS && untilS - fromS <= MAX_LIFETIME_S && origins.length <= MAX_ORIGINS;
  if (!isInBounds) return null;
  const dot = text.lastIndexOf(".");
  return {
    claims: {
      keyId,
      videoId,
      fromS,
      untilS,
      origins,
      viewerId,
      purpose: purpose.toUpperCase() as Purpose,
    },
    signed: text.slice(0, dot),
    signature: text.slice(dot + 1),
  };
}

const encode = (text: string): string =>
  text === "" ? EMPTY : Buffer.from(text, "utf8").toString("base64url");

/** Null unless encoding the result returns the same text. */
function decode(text: string): string | null {
  if (text === EMPTY) return "";
  const decoded = Buffer.from(text, "base64url").toString("utf8");
  return encode(decoded) === text ? decoded : null;
}
