/** What plays a video on any page, without a key: to be pasted as it is. The API serves the script, so nothing has to be installed. Pure. */
export const embedCode = (videoId: string, origin: string): string =>
  `<script type="module" src="${origin}/player.js"></script>
<reelay-player video-id="${videoId}" api="${origin}"></reelay-player>`;
