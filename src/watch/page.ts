import { type RefusalCode, refusals } from "../playback-access/index.ts";
import { PLAYBACK_EVENTS_PATH } from "../playback-events/index.ts";

/** The pages' HTML. */
const STYLE = `
body { margin: 0; min-height: 100vh; display: grid; place-content: center; background: #111; color: #ddd; font: 16px/1.5 system-ui, sans-serif }
main { width: min(96vw, calc(92vh * 16 / 9)) }
reelay-player { aspect-ratio: 16 / 9; max-height: 92vh }
.embed main { width: 100vw }
.embed reelay-player { width: 100vw; height: 100vh; aspect-ratio: auto; max-height: none }
p { margin: 0; padding: 1rem; text-align: center }
`;

interface PlayerPage {
  /** The GraphQL API's global id. */
  id: string;
  /** URL of the video's public state. */
  statusUrl: string;
  /** Null for a PUBLIC video. */
  token: string | null;
  /** True: fills the frame on another site's page. */
  isEmbedded: boolean;
  /** Attributes of the player that are there or not. */
  flags: readonly string[];
}

/** A page that plays the video at `statusUrl` as soon as it is playable. Pure. */
export const renderPlayerPage = ({ id, statusUrl, token, isEmbedded, flags }: PlayerPage): string =>
  page(
    `Video ${id}`,
    `<main>
<reelay-player ${[`video-id="${escapeHtml(id)}"`, `status-src="${escapeHtml(statusUrl)}"`, ...(token === null ? [] : [`token="${escapeHtml(token)}"`]), `qoe-url="${PLAYBACK_EVENTS_PATH}"`, ...flags].join(" ")}><p>Loading …</p></reelay-player>
<noscript><p>This page needs JavaScript to play the video.</p></noscript>
</main>
<script type="module" src="/player.js"></script>`,
    isEmbedded ? "embed" : "watch",
  );

export const renderMissingPage = (): string =>
  page(
    "No such video",
    "<main><p>There is no video at this address. Check that you copied the complete address.</p></main>",
    "missing",
  );

/** For a visitor whose token does not permit playback. */
export const renderRefusedPage = (code: RefusalCode): string =>
  page(
    "This link does not open the video",
    `<main><p>${refusals[code]}</p><p><small>${code}</small></p></main>`,
    "missing",
  );

const page = (title: string, body: string, kind: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body class="${kind}">
${body}
</body>
</html>
`;

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
