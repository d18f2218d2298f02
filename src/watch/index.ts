/** The pages with a player, at `/watch/{id}` and `/embed/{id}`. */
export { createWatchPage } from "./watch-page.ts";
