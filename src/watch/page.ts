/** The page's HTML. */
import { createHash } from "node:crypto";

const style = `
body { margin: 0; min-height: 100vh; display: grid; place-content: center; background: #111; color: #ddd; font: 16px/1.5 system-ui, sans-serif }
main { width: min(96vw, calc(88vh * 16 / 9)) }
video { width: 100%; max-height: 88vh; background: #000; display: block }
video[hidden] { display: none }
p { margin: .6em 0; text-align: center }
`;

/** For the Content-Security-Policy: this style and no other. */
export const styleHash = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** A page that plays the video whose public state is at `statusUrl`, as soon as it plays. */
export const renderWatchPage = ({ id, statusUrl }: { id: string; statusUrl: string }): string =>
  page(
    `Video ${id}`,
    `<main data-status-url="${escapeHtml(statusUrl)}">
<video controls playsinline hidden></video>
<p role="status" aria-live="polite">Loading …</p>
<noscript><p>This page plays the video with a script, and scripts are switched off here.</p></noscript>
</main>
<script src="/watch/assets/hls.js"></script>
<script src="/watch/assets/player.js"></script>`,
  );

export const renderMissingPage = (): string =>
  page(
    "No such video",
    "<main><p>There is no video at this address. Check that it was copied whole.</p></main>",
  );

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
