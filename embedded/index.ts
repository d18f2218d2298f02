/** The embedded system, for scripts and tests. */
export { type RunFile, readRunFile } from "./run-file.ts";
export { layoutOf, readSettings, type Settings } from "./settings.ts";
export { type StartSystemOptions, type System, startSystem } from "./start-system.ts";
