/** The page that plays a video and shows nothing else. Pure. */
export const watchUrl = (origin: string, id: string, token: string | null): string =>
  `${origin}/watch/${encodeURIComponent(id)}${token === null ? "" : `?token=${token}`}`;

/** HTML that shows a video on any page, in a frame. Pure. */
export const embedCode = (origin: string, id: string): string =>
  `<iframe src="${origin}/embed/${encodeURIComponent(id)}" title="Video" width="640" height="360" allow="autoplay; fullscreen; picture-in-picture" style="border:0"></iframe>`;

/**
 * HTML that puts the player itself on a page, whose scripts hear its events and give it their styles. Pure.
 */
export const playerCode = (origin: string, id: string): string =>
  `<script type="module" src="${origin}/player.js"></script>
<reelay-player video-id="${id}" api="${origin}" style="aspect-ratio: 16 / 9"></reelay-player>`;
