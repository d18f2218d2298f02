import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { PlaybackClaims } from "./claims.ts";
import { signedText } from "./token-text.ts";

const KEY_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** Random, 60 bits: unique over all workspaces. */
export const createKeyId = (): string =>
  Array.from(randomBytes(12), (byte) => KEY_ID_LETTERS[byte % KEY_ID_LETTERS.length]).join("");

/**
 * 256 random bits. The HMAC key is this text itself, prefix included: some CDN languages cannot hold binary
 * keys.
 */
export const createSigningSecret = (): string => `rpk_${randomBytes(32).toString("base64url")}`;

export const signClaims = (claims: PlaybackClaims, secret: string): string => {
  const text = signedText(claims);
  return `${text}.${hmacOf(text, secret)}`;
};

/** Takes constant time. Compares texts, so that no second spelling of the bytes passes. */
export function isSignatureOf(signature: string, signed: string, secret: string): boolean {
  const [given, expected] = [Buffer.from(signature), Buffer.from(hmacOf(signed, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const hmacOf = (text: string, secret: string): string =>
  createHmac("sha256", secret).update(text).digest("base64url");
