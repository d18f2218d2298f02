import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

let script: Promise<Buffer> | undefined;

/** The player library as its npm package ships it; read when first asked for. */
export function readHlsJs(): Promise<Buffer> {
  script ??= readFile(createRequire(import.meta.url).resolve("hls.js/dist/hls.min.js")).catch((error) => {
    script = undefined;
    throw error;
  });
  return script;
}
