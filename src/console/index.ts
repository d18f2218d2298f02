/** The console, served at `/`, and the player: the built files of `web/` and `packages/player`. */
export { answerBuilding } from "./building-page.ts";
export { type BuiltFiles, createBuiltFiles } from "./built-files.ts";
export { createConsole } from "./console-handler.ts";
