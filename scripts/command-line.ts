/**
 * The command line of every npm script: `--help` prints its usage, an unknown option is an error that prints
 * it too.
 */
import { type ParseArgsOptionDescriptor, parseArgs } from "node:util";

export type Options = Record<string, ParseArgsOptionDescriptor & { help: string; value?: string }>;

export interface Command<T extends Options> {
  /** As it is typed, e.g. `npm run build`. */
  name: string;
  /** What it does, in a sentence. */
  summary: string;
  options?: T;
  /** Arguments that are not options, as usage shows them, e.g. `[BENCH…]`. Default: none are accepted. */
  operands?: string;
  /** Complete commands. */
  examples: readonly string[];
}

/** The command line is wrong: the message says how, and usage follows it. */
export class UsageError extends Error {}

type Parsed<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;

/** Parses arguments. Null when they ask for help. Throws `UsageError`. */
export function parseCommand<const T extends Options>(
  command: Command<T>,
  args: readonly string[],
): Parsed<T> | null {
  const { operands } = command;
  // Help is given whatever else stands there.
  if (args.includes("--help")) return null;
  try {
    const options = command.options ?? ({} as T);
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true as const });
    const [extra] = parsed.positionals;
    if (operands === undefined && extra !== undefined) throw new Error(`Unexpected argument '${extra}'`);
    return parsed;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Usage, options with their meaning, and examples. */
export function describeCommand({
  name,
  summary,
  options = {},
  operands,
  examples,
}: Command<Options>): string {
  const flags = Object.entries(options).map(([flag, { type, value = "VALUE", help }]) => ({
    flag: `--${flag}${type === "string" ? ` ${value}` : ""}`,
    help,
  }));
  const all = [...flags, { flag: "--help", help: "Prints this." }];
  const width = Math.max(...all.map(({ flag }) => flag.length));
  const isBare = flags.length === 0 && operands === undefined;
  return [
    `Usage: ${name}${isBare ? "" : " --"}${flags.length > 0 ? " [OPTIONS]" : ""}${operands ? ` ${operands}` : ""}`,
    ...["", summary, "", "Options:"],
    ...all.map(({ flag, help }) => `  ${flag.padEnd(width)}  ${help}`),
    ...["", "Examples:"],
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}

/**
 * Runs a script: prints its help, or calls `main` with what was given. Exits with 2 for a wrong command line,
 * and with 1 and the message for any other error.
 */
export async function runCommand<const T extends Options>(
  command: Command<T>,
  main: (parsed: Parsed<T>) => unknown,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    const parsed = parseCommand(command, args);
    if (parsed === null) console.log(describeCommand(command));
    else await main(parsed);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(error instanceof Error ? error.message : String(error));
    if (isUsage) console.error(`\n${describeCommand(command)}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
