/**
 * Outlives the harness by a moment: when its standard input ends for any reason, it kills every process of
 * the run and removes the run's folder. Even a killed harness leaves nothing behind.
 */
import { rm } from "node:fs/promises";
import { killAllIn } from "./belonging.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("The guard needs the run's folder as its argument.");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.stdin.resume();
process.stdin.on("error", () => {});
process.stdin.on("close", () => {
  void clear(folder);
});

async function clear(directory: string): Promise<void> {
  await killAllIn(directory);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
