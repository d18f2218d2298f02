import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const script = resolve(import.meta.dirname, "../../scripts/build.ts");

/** Builds what the API serves to browsers, the console and the player, if it is not of these sources. */
export const buildConsole = () => promisify(execFile)(process.execPath, [script, "console", "--if-stale"]);
