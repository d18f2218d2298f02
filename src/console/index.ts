/** The console, served at `/`: the built files of `web/`. */
export { createConsole } from "./console-handler.ts";
