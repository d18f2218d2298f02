/** The answer of pages that are still being built: the console's, and those with the player. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

const STYLE = `
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; font: 16px/1.5 system-ui, sans-serif; padding: 1rem }
main { max-width: 34rem }
h1 { font-size: 1.25rem; font-weight: 600 }
code { font-family: ui-monospace, monospace }
`;

/** Loads nothing but its own style. Other sites' pages may frame it, as they frame the player later. */
const buildingPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** Reloads itself every second; the fragment with the key is preserved. */
const buildingPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="1">
<title>Reelay: this page is being built</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>This page is being built</h1>
<p>At its first start, <code>npm start</code> builds the console and the player; this takes a few seconds, and this page then opens automatically.
The API answers already, at <a href="/graphql">/graphql</a>.</p>
<p>If you run the API by itself, <code>npm run build -- console</code> builds them.</p>
</main>
</body>
</html>
`;

/** 503, also for scripts: their clients retry. */
export function answerBuilding(req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(503, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": Buffer.byteLength(buildingPage),
    "Content-Security-Policy": buildingPolicy,
    "Cache-Control": "no-store",
    "Retry-After": "1",
  });
  res.end(req.method === "HEAD" ? undefined : buildingPage);
}
