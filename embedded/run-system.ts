import { catchCrashes } from "@reelay/process";
import { describeAddresses } from "./addresses.ts";
import { startConsoleBuild } from "./build-console.ts";
import { checkPort } from "./check-port.ts";
import { createLog } from "./log.ts";
import type { Command } from "./render-files/read-command.ts";
import { renderFiles } from "./render-files/render-files.ts";
import { type RunFile, removeStaleRunFile } from "./run-file.ts";
import { type Environment, layoutOf, type Settings } from "./settings.ts";
import { startSystem } from "./start-system.ts";
import type { Terminal } from "./terminal.ts";

/** Time limit of a stop. */
const STOP_WITHIN_MS = 12_000;

let postgres: { readonly pid: number } | undefined;

/** Ends immediately. Kills Postgres too: it recovers at the next start and must not be left behind. */
export function forceEnd(): never {
  if (postgres !== undefined) {
    try {
      process.kill(postgres.pid, "SIGQUIT");
    } catch {
      // It has already ended.
    }
  }
  process.exit(1);
}

interface RunSystemOptions {
  settings: Settings;
  command: Command;
  environment: Environment;
  terminal: Terminal;
  signal: AbortSignal;
}

/** Runs the system on our own data folder until it is asked to stop; returns the exit code. */
export async function runSystem(options: RunSystemOptions): Promise<number> {
  const { settings, command, environment, terminal } = options;
  const crashed = new AbortController();
  const signal = AbortSignal.any([options.signal, crashed.signal]);
  const layout = layoutOf(settings.dataDirectory);
  const port = await checkPort(settings.port, settings.host);
  let isHealed = await removeStaleRunFile(layout.runFile);
  let isStopping = false;
  using log = createLog(layout.log, {
    level: environment["LOG_LEVEL"] || "info",
    print: (text) => terminal.print(text),
    isStopping: () => isStopping,
  });
  // The worker hands its tasks back as in any stop; the supervisor then restarts everything.
  using _crashes = catchCrashes((err, origin) => {
    log.logger.fatal({ err, origin }, "process.crashed");
    crashed.abort(err);
  });
  const beginStop = () => {
    if (isStopping) return;
    isStopping = true;
    terminal.print("\nStopping …");
    setTimeout(forceEnd, STOP_WITHIN_MS).unref();
  };
  signal.addEventListener("abort", beginStop, { once: true });

  terminal.print("Starting Reelay …");
  // Rendering files with --exit needs no console.
  await using _console = command.isExiting
    ? null
    : startConsoleBuild(log.logger, (text) => terminal.print(text));
  const started = await startSystem({
    environment,
    settings: { ...settings, port },
    log: log.logger,
    sink: log.sink,
    signal,
    onPostgres: (found) => {
      postgres = found;
    },
    onLeftover: () => {
      isHealed = true;
    },
  });
  let end: End;
  {
    await using system = started;
    if (isHealed) {
      terminal.print(
        "An earlier run on this data was killed: its remains are cleaned up and its jobs continue.",
      );
    }
    terminal.print(describeAddresses(system.run, settings.dataDirectory));
    end = await Promise.race([
      untilAborted(signal),
      system.broken,
      renderSources(system.run, command, terminal, signal),
    ]);
    beginStop();
  }
  postgres = undefined;
  if (end.sentence !== undefined) terminal.print(end.sentence);
  terminal.print("Stopped.");
  return crashed.signal.aborted ? 1 : end.exitCode;
}

/** The reason for stopping a running system. */
interface End {
  exitCode: number;
  sentence?: string;
}

const untilAborted = (signal: AbortSignal): Promise<End> =>
  new Promise((resolve) => {
    const onAbort = () => resolve({ exitCode: 0 });
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
  });

/** Resolves only with `--exit`; otherwise the system keeps running. */
async function renderSources(
  run: RunFile,
  { sources, isExiting }: Command,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<End> {
  const isRendered = await renderFiles(run, sources, { terminal, signal });
  if (isExiting && !signal.aborted) return { exitCode: isRendered ? 0 : 1 };
  if (sources.length > 0 && !signal.aborted) terminal.print("\nReelay keeps running; Ctrl-C stops it.");
  return new Promise(() => {});
}
