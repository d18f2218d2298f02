/**
 * `node scripts/supervise.ts PROGRAM ARGS…`: runs one of our programs, restarts it when it crashes, and ends
 * as it does.
 */
import { supervise } from "@reelay/process";
import { runCommand } from "./command-line.ts";

process.stderr.on("error", () => undefined);
const [program = "", ...args] = process.argv.slice(2);

/** Those that take no arguments; `npm start` reads its own. */
const commands = {
  "src/main.ts": {
    name: "npm run api",
    summary: "Runs one API process. docs/reference/configuration.md lists its environment variables.",
    examples: ["DATABASE_URL=postgresql://… SECRETS_KEY=… PUBSUB_PROJECT_ID=… npm run api"],
  },
  "render-worker/main.ts": {
    name: "npm run worker",
    summary:
      "Runs one worker. Without other settings it joins the system that runs on REELAY_DATA_DIR; docs/reference/configuration.md lists its environment variables.",
    examples: ["npm run worker", "WORKER_SLOTS=2 npm run worker"],
  },
};

const command = commands[program as keyof typeof commands];
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
