/** How long players and caches may keep an object, by what it is (seconds). Everything can be revalidated by its ETag. */
export function cacheControlOf(key: string): string {
  // Playlists grow, and the master is rewritten: a second lets a cache in front answer a crowd with one request.
  if (key.endsWith(".m3u8") || key.endsWith(".mpd") || key.endsWith("/status.json"))
    return "public, max-age=1";
  // What an attempt has written never changes; another attempt writes elsewhere.
  if (/^videos\/[^/]+\/attempts\//.test(key)) return "public, max-age=31536000, immutable";
  // Other captions get another key.
  if (/^videos\/[^/]+\/captions\//.test(key)) return "public, max-age=31536000, immutable";
  if (key.endsWith("/poster.jpg")) return "public, max-age=60";
  return "no-cache";
}
