/**
 * `node scripts/supervise.ts PROGRAM ARGS…`: runs one of our programs, restarts it when it crashes, and ends
 * as it does.
 */
import { supervise } from "@reelay/process";
import { workerCommand } from "../render-worker/command.ts";
import { type Command, type Options, runCommand } from "./command-line.ts";

process.stderr.on("error", () => undefined);
const [program = "", ...args] = process.argv.slice(2);

/** `npm start` reads its own arguments. */
const commands: Readonly<Record<string, Command<Options>>> = {
  "src/main.ts": {
    name: "npm run api",
    summary: "Runs one API process. docs/reference/configuration.md lists its environment variables.",
    examples: ["DATABASE_URL=postgresql://… SECRETS_KEY=… PUBSUB_PROJECT_ID=… npm run api"],
  },
  "render-worker/main.ts": workerCommand,
};

const command = commands[program];
if (command) await runCommand(command, run, args);
else await run();

async function run(): Promise<void> {
  const { code, signal } = await supervise({
    args: [...process.execArgv, program, ...args],
    environment: process.env,
    name: program.includes("worker") ? "The worker" : "Reelay",
    print: (sentence) => void process.stderr.write(`${sentence}\n`),
  });
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal);
}
