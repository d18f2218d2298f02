/**
 * HTML that plays a video on any page without a key, ready to paste. The API serves the script, so no
 * installation is needed. Pure.
 */
export const embedCode = (videoId: string, origin: string): string =>
  `<script type="module" src="${origin}/player.js"></script>
<reelay-player video-id="${videoId}" api="${origin}"></reelay-player>`;
