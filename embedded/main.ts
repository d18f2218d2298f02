/** `npm start`: the whole system on this machine. `npm start -- FILE…` also renders the files. */
import { chmod } from "node:fs/promises";
import { isRestarted, restrictUmask, startStep, toSentence } from "@reelay/process";
import { AlreadyClaimedError, claimDirectory, EmbeddedPostgresError } from "./postgres/index.ts";
import { type Command, readCommand, USAGE } from "./render-files/read-command.ts";
import { renderFiles } from "./render-files/render-files.ts";
import { readRunFile } from "./run-file.ts";
import { forceEnd, runSystem } from "./run-system.ts";
import { layoutOf, makeFolder, readSettings, type Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { catchStopSignals } from "./stop-signals.ts";
import { createTerminal } from "./terminal.ts";

const terminal = createTerminal(process.stdout);
process.stderr.on("error", () => {});

async function main(): Promise<number> {
  // npm changes to the project's folder; FILE is relative to the user's folder.
  const given = await readCommand(process.argv.slice(2), process.env["INIT_CWD"] ?? process.cwd());
  if (given.isExiting && isRestarted(process.env)) {
    throw new StartError("Reelay crashed while rendering the files: run the command again.");
  }
  // The crashed run has uploaded its files, and their jobs continue.
  const command = isRestarted(process.env) ? { ...given, sources: [] } : given;
  if (command.isHelp) {
    terminal.print(USAGE);
    return 0;
  }
  const settings = readSettings(process.env, process.cwd());
  using stop = catchStopSignals(forceEnd);
  const folder = { kind: "folder", variable: "REELAY_DATA_DIR", path: settings.dataDirectory } as const;
  await startStep(folder, () => makeFolder(settings.dataDirectory));
  // The database's own user must enter the data folder itself.
  restrictUmask();
  await closeFolders(settings.dataDirectory);
  try {
    await using _claim = await startStep(folder, () => claimDirectory(settings.dataDirectory));
    return await runSystem({ settings, command, environment: process.env, terminal, signal: stop.signal });
  } catch (error) {
    if (error instanceof AlreadyClaimedError) {
      return await joinRunning(settings, command, error.pid, stop.signal);
    }
    if (stop.signal.aborted) return 0;
    throw error;
  }
}

/** Folders of an earlier version may be open to everyone. */
async function closeFolders(dataDirectory: string): Promise<void> {
  const { store, work } = layoutOf(dataDirectory);
  // A missing folder, or another user's, is not ours to change.
  for (const folder of [store, work]) await chmod(folder, 0o750).catch(() => undefined);
}

/**
 * The data folder has its system already: files are rendered by that one, and there is nothing else to start.
 */
async function joinRunning(settings: Settings, command: Command, pid: number, signal: AbortSignal) {
  const run = await readRunFile(layoutOf(settings.dataDirectory).runFile);
  if (run === null) {
    throw new StartError(
      `${settings.dataDirectory} is in use by process ${pid}, which is just starting or stopping: try again in a moment.`,
    );
  }
  if (command.sources.length === 0) {
    throw new StartError(
      `Reelay runs already on ${settings.dataDirectory}: process ${run.pid}, at ${run.graphql}. Use that one, stop it, or choose another folder with REELAY_DATA_DIR (and another PORT).`,
    );
  }
  terminal.print(`Using the system that runs at ${run.graphql} (process ${run.pid}).`);
  return (await renderFiles(run, command.sources, { terminal, signal })) ? 0 : 1;
}

function explain(error: unknown): number {
  // Sentences of our own may be several, one a line.
  const isOurs = error instanceof StartError || error instanceof EmbeddedPostgresError;
  process.stderr.write(`${isOurs ? error.message : toSentence(error)}\n`);
  return 1;
}

process.exitCode = await main().catch(explain);
// Everything is stopped: whatever still holds the process must not keep the user waiting.
setTimeout(() => process.exit(), 1_000).unref();
