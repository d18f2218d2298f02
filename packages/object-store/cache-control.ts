/**
 * Cache lifetimes of objects for players and caches. `/media` sends them; Cloud Storage stores them with the
 * object and sends them too.
 */

const YEAR_S = 31_536_000;
/**
 * How long a shared cache serves an object of a PUBLIC video before it revalidates, which costs a 304. A
 * video that becomes SIGNED is gone from shared caches after this time at the latest.
 */
const SHARED_S = 600;
/** A segment below a token is not worth caching longer: its address expires with the token. */
const SIGNED_S = 3_600;
/** Originals, materials and the operator's attempt manifests are never served. */
const UNSERVED = /^(?:materials\/|videos\/[^/]+\/(?:source\/|attempts\/[^/]+\/manifest\.json$))/i;

/** For an object of a PUBLIC video. Every object can be revalidated by its ETag. */
export function cacheControlOf(key: string): string {
  if (UNSERVED.test(key)) return "no-store";
  const seconds = lifeOf(key);
  if (seconds === 0) return "no-cache";
  return seconds === YEAR_S
    ? `public, max-age=${YEAR_S}, s-maxage=${SHARED_S}, immutable`
    : `public, max-age=${seconds}`;
}

/**
 * For an object below a token: cacheable by the viewer alone, and never beyond the token's expiry. A shared
 * cache can check neither a token nor the origins that it names; caches that can (see
 * docs/how-to/playback-access.md) read the store itself.
 */
export function signedCacheControlOf(key: string, leftS: number): string {
  const seconds = Math.min(lifeOf(key), SIGNED_S, leftS);
  return seconds === 0 ? "private, no-cache" : `private, max-age=${seconds}`;
}

function lifeOf(key: string): number {
  // Playlists grow and the master playlist is rewritten. One second lets a cache answer a crowd with one
  // request.
  if (key.endsWith(".m3u8") || key.endsWith(".mpd") || key.endsWith("/status.json")) return 1;
  // An attempt's output never changes: another attempt writes elsewhere, and other captions get another key.
  if (/^videos\/[^/]+\/(attempts|captions)\//.test(key)) return YEAR_S;
  return key.endsWith("/poster.jpg") ? 60 : 0;
}
