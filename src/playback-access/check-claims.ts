import { InvalidInputError } from "../errors/index.ts";
import { MAX_LIFETIME_S, MAX_ORIGINS, MAX_ORIGINS_BYTES, MAX_VIEWER_BYTES } from "./claims.ts";

/** Seconds. Throws `InvalidInputError`. */
export function checkLifetime(expiresInSeconds: number): number {
  if (Number.isInteger(expiresInSeconds) && expiresInSeconds >= 1 && expiresInSeconds <= MAX_LIFETIME_S)
    return expiresInSeconds;
  throw new InvalidInputError(
    "PLAYBACK_EXPIRY_INVALID",
    "expiresInSeconds",
    `expiresInSeconds: is ${expiresInSeconds}. Use 1 to ${MAX_LIFETIME_S} seconds (7 days).`,
  );
}

/** Origins as browsers send them, without repeats. Throws `InvalidInputError`. */
export function checkOrigins(origins: readonly string[]): string[] {
  const distinct = [...new Set(origins)];
  const refuse = (reason: string) =>
    new InvalidInputError("PLAYBACK_ORIGINS_INVALID", "origins", `origins: ${reason}`);
  if (distinct.length > MAX_ORIGINS)
    throw refuse(`has ${distinct.length} entries. Use at most ${MAX_ORIGINS}.`);
  for (const origin of distinct) {
    const isOrigin =
      URL.canParse(origin) && /^https?:[^,]+$/.test(origin) && new URL(origin).origin === origin;
    if (!isOrigin) {
      const shown = JSON.stringify(origin.slice(0, 100).toWellFormed());
      throw refuse(`${shown} is not an origin. Use scheme, host and port only, e.g. "https://shop.example".`);
    }
  }
  const bytes = Buffer.byteLength(distinct.join(","));
  if (bytes > MAX_ORIGINS_BYTES)
    throw refuse(`has ${bytes} bytes. Use at most ${MAX_ORIGINS_BYTES} in total.`);
  return distinct;
}

/** Throws `InvalidInputError`. */
export function checkViewerId(viewerId: string): string {
  const bytes = Buffer.byteLength(viewerId);
  if (bytes <= MAX_VIEWER_BYTES && viewerId.isWellFormed()) return viewerId;
  throw new InvalidInputError(
    "PLAYBACK_VIEWER_INVALID",
    "viewerId",
    `viewerId: has ${bytes} bytes. Use at most ${MAX_VIEWER_BYTES} of well-formed text.`,
  );
}
