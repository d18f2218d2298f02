/**
 * What a page's Content-Security-Policy has to grant the player (`@reelay/player`), whose media are at `mediaUrl`. Pure.
 *
 * - Styles inline: media-chrome's controls bring theirs as `<style>` in their shadow roots, made while they are used. Nonces
 *   do not reach what `innerHTML` makes, and hashes would have to be taken anew with each release of theirs. What is left to fear of a stranger's
 *   styles is little: they load nothing but from here and the media's origin, and scripts stay forbidden, so that nobody can bring them in.
 * - Blobs: hls.js gives its media to `<video>` as one, and parses in a worker made from one. A track of captions it begins with an empty
 *   file as a `data:` address.
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
