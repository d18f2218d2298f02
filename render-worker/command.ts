/** The worker's command line: `npm run worker -- ARGS`, or the arguments of the image. */
import { type ParseArgsOptionDescriptor, parseArgs } from "node:util";
import type { Environment } from "@reelay/process";
import { workerModes } from "./modes.ts";

type Option = ParseArgsOptionDescriptor & { help: string; value?: string; variable?: string };

/** Usage, as `--help` prints it. Options with a `variable` set that environment variable. */
export const workerCommand = {
  name: "npm run worker",
  summary:
    "Runs one worker. Without other settings it joins the system that runs on REELAY_DATA_DIR; docs/reference/configuration.md lists its environment variables, and docs/reference/workers.md its modes and exit codes.",
  operands: `[${workerModes.join("|")}]`,
  options: {
    "idle-exit": {
      type: "string",
      value: "SECONDS",
      variable: "WORKER_IDLE_EXIT",
      help: "With drain: exits when no task came for so long. Default 20.",
    },
    "max-life": {
      type: "string",
      value: "SECONDS",
      variable: "WORKER_MAX_LIFE",
      help: "Exits after so long, and takes no task that would last longer.",
    },
    join: {
      type: "string",
      value: "TOKEN",
      variable: "WORKER_JOIN_TOKEN",
      help: "Joins over HTTP with a token of createJoinToken, from any machine.",
    },
    api: { type: "string", value: "URL", variable: "WORKER_API_URL", help: "Address of the API to join." },
    "each-device": { type: "boolean", help: "Starts one worker for each NVIDIA GPU of this machine." },
  },
  examples: [
    "npm run worker",
    "WORKER_SLOTS=2 npm run worker",
    "npm run worker -- drain --max-life 3600",
    "npm run worker -- --each-device",
    "npm run worker -- --join rj_… --api https://video.acme.test",
  ],
} as const satisfies { options: Record<string, Option> } & Record<string, unknown>;

type WorkerCommand =
  | { environment: Environment; isEachDevice: boolean }
  /** Usage, for an image, which has no npm script. */
  | { help: string }
  /** What is wrong, and the usage. */
  | { error: string };

/** Reads the command line. Pure. */
export function readWorkerCommand(args: readonly string[]): WorkerCommand {
  if (args.includes("--help")) return { help: usage() };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: workerCommand.options,
      allowPositionals: true,
    });
    const [mode, extra] = positionals;
    if (extra !== undefined) throw new Error(`Unexpected argument '${extra}'.`);
    if (mode !== undefined && !(workerModes as readonly string[]).includes(mode))
      throw new Error(`'${mode}' is no mode: give ${workerModes.join(", ")} or none.`);
    const set = Object.entries(workerCommand.options).flatMap(([name, option]) => {
      const value = values[name as keyof typeof values];
      return "variable" in option && typeof value === "string" ? [[option.variable, value] as const] : [];
    });
    return {
      environment: { ...(mode !== undefined && { WORKER_MODE: mode }), ...Object.fromEntries(set) },
      isEachDevice: values["each-device"] ?? false,
    };
  } catch (error) {
    return { error: `${error instanceof Error ? error.message : String(error)}\n\n${usage()}` };
  }
}

function usage(): string {
  const flags = Object.entries(workerCommand.options).map(([name, option]) => {
    const flag = `--${name}${"value" in option ? ` ${option.value}` : ""}`;
    return `  ${flag.padEnd(22)}  ${option.help}`;
  });
  return [
    `Usage: worker [OPTIONS] ${workerCommand.operands}`,
    ...["", workerCommand.summary, "", "Options:"],
    ...flags,
  ].join("\n");
}
