import { defineConfig } from "vite";

/** The API that `npm run dev -- --console` speaks to. */
const API = "http://127.0.0.1:4000";

export default defineConfig({
  // Strict Content-Security-Policy: nothing inline, no polyfill by script, no data: addresses.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Browsers of the last two years; the API's own page for viewers is for all others.
    target: "es2023",
    chunkSizeWarningLimit: 900,
  },
  oxc: { jsx: { runtime: "automatic" } },
  server: {
    proxy: {
      "/graphql": { target: API, ws: true },
      "/media": API,
      "/uploads": API,
      "/watch": API,
      "/embed": API,
      "/client.js": API,
      "/player.js": API,
      "/upload.js": API,
      "/api": API,
    },
  },
});
