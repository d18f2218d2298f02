/** `npm run console [-- --if-stale]`: builds the console into web/dist, which the API serves at `/`, and prints what browsers load. */
import { parseArgs } from "node:util";
import { buildConsole } from "./console/build-console.ts";

const { values } = parseArgs({ options: { "if-stale": { type: "boolean", default: false } } });
const files = await buildConsole({ isStaleOnly: values["if-stale"] });

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
for (const { name, sizeBytes, gzipBytes } of files ?? []) {
  console.log(`${kilobytes(sizeBytes)} ${kilobytes(gzipBytes)} gzip  ${name}`);
}
console.log(files === null ? "web/dist is of these sources already." : "web/dist is built.");
