/** How long players and caches may keep an object, by what it is: `/media` sends this, and Cloud Storage keeps it with the object and sends it, too. */

const YEAR_S = 31_536_000;
/**
 * How long a shared cache serves an object of a PUBLIC video without asking again: after so long at most, a video that was made SIGNED is gone from it.
 * Asking again costs a 304.
 */
const SHARED_S = 600;
/** A segment below a token is not worth keeping longer: its address ends with the token. */
const SIGNED_S = 3_600;
/** Originals and the operator's own notes: never served. */
const UNSERVED = /^videos\/[^/]+\/(?:source\/|attempts\/[^/]+\/manifest\.json$)/i;

/** For an object of a PUBLIC video. Everything can be revalidated by its ETag. */
export function cacheControlOf(key: string): string {
  if (UNSERVED.test(key)) return "no-store";
  const seconds = lifeOf(key);
  if (seconds === 0) return "no-cache";
  return seconds === YEAR_S
    ? `public, max-age=${YEAR_S}, s-maxage=${SHARED_S}, immutable`
    : `public, max-age=${seconds}`;
}

/**
 * The same below a token: for the viewer's own cache alone, and never beyond the token's end. A shared cache cannot check a token, nor the origins that it
 * names; those that can (see docs/how-to/playback-access.md) read the store itself.
 */
export function signedCacheControlOf(key: string, leftS: number): string {
  const seconds = Math.min(lifeOf(key), SIGNED_S, leftS);
  return seconds === 0 ? "private, no-cache" : `private, max-age=${seconds}`;
}

function lifeOf(key: string): number {
  // Playlists grow, and the master is rewritten: a second lets a cache in front answer a crowd with one request.
  if (key.endsWith(".m3u8") || key.endsWith(".mpd") || key.endsWith("/status.json")) return 1;
  // What an attempt has written never changes; another attempt writes elsewhere. Other captions get another key.
  if (/^videos\/[^/]+\/(attempts|captions)\//.test(key)) return YEAR_S;
  return key.endsWith("/poster.jpg") ? 60 : 0;
}
