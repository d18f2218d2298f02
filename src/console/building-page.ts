/** What `/` answers until the console is there. */
import { createHash } from "node:crypto";

const style = `
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; font: 16px/1.5 system-ui, sans-serif; padding: 1rem }
main { max-width: 34rem }
h1 { font-size: 1.25rem; font-weight: 600 }
code { font-family: ui-monospace, monospace }
`;

/** Loads nothing; its own style and no other. */
export const buildingPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Asks again by itself every second; the fragment with the key survives that. */
export const buildingPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="1">
<title>Reelay: the console is being built</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>The console is being built</h1>
<p>At its first start, <code>npm start</code> builds this page; it takes some seconds, and opens by itself as soon as it is there.
The API answers already, at <a href="/graphql">/graphql</a>.</p>
<p>If you run the API by itself, <code>npm run console</code> builds it.</p>
</main>
</body>
</html>
`;
