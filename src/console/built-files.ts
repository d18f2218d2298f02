import { fileURLToPath } from "node:url";
import { buildIn, type ConsoleFiles, readConsoleFiles } from "./read-files.ts";

/** Output folder of `npm run build -- console`; beside the bundled process in an image. */
const builtConsole = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../web/dist/" : "web/", import.meta.url),
);

/** Files built for browsers: the console's pages and the player. */
export interface BuiltFiles {
  /** Reads the files again after another build; null while there is none. */
  now(): Promise<ConsoleFiles | null>;
}

/** `directory`: by default where our own build puts it. */
export function createBuiltFiles(directory = builtConsole): BuiltFiles {
  let read: { build: string; files: Promise<ConsoleFiles> } | undefined;
  return {
    async now() {
      const build = await buildIn(directory);
      if (build === null) return null;
      if (read?.build !== build) {
        const files = readConsoleFiles(directory);
        files.catch(() => (read = undefined));
        read = { build, files };
      }
      return await read.files;
    },
  };
}
