/**
 * Content-Security-Policy directives for a page with the player (`@reelay/player`), whose media are at
 * `mediaUrl`. Pure.
 *
 * - Inline styles: media-chrome's controls create theirs as `<style>` in their shadow roots at run time.
 *   Nonces do not reach content set through `innerHTML`, and hashes would change with each of its releases.
 *   Foreign styles are little risk: they load only from here and the media's origin, and scripts stay
 *   forbidden, so nothing can inject them.
 * - Blobs: hls.js passes its media to `<video>` as one, and parses in a worker created from one. It starts a
 *   caption track with an empty file as a `data:` URL.
 */
export function playerPolicy(mediaUrl: string) {
  const media = new URL(mediaUrl).origin;
  return {
    media,
    directives: [
      "style-src 'self' 'unsafe-inline'",
      `media-src 'self' blob: data: ${media}`,
      `img-src 'self' ${media}`,
      "worker-src blob:",
    ],
  };
}
