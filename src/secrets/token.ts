/** Secrets that we give out and keep only the hash of. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits, in characters that survive in an address. Shown once; keep only its hash. */
export const createToken = (): string => randomBytes(32).toString("base64url");

/** SHA-256 in hex. A fast hash is enough: unlike a password, a token cannot be guessed. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/**
 * Whether `token` is the one that `hash` was made of, in a time that does not depend on how much of it is
 * right.
 */
export function isTokenOf(token: string, hash: string): boolean {
  const expected = Buffer.from(hash, "hex");
  const actual = Buffer.from(hashToken(token), "hex");
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
