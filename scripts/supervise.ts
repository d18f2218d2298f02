/**
 * `node scripts/supervise.ts PROGRAM ARGS…`: runs one of our programs, restarts it when it crashes, and ends
 * as it does.
 */
import { supervise } from "@reelay/process";

process.stderr.on("error", () => undefined);
const args = process.argv.slice(2);
const { code, signal } = await supervise({
  args: [...process.execArgv, ...args],
  environment: process.env,
  name: args[0]?.includes("worker") ? "The worker" : "Reelay",
  print: (sentence) => void process.stderr.write(`${sentence}\n`),
});
if (signal === null) process.exitCode = code ?? 1;
else process.kill(process.pid, signal);
