import { catchCrashes } from "@reelay/process";
import { findPainter, ToolNotFoundError } from "@reelay/render-worker";
import { createLogger, createLogSink, type LogSink, openLogFile } from "@reelay/telemetry";
import { type DestinationStream, type Logger, multistream } from "pino";
import { startConsoleBuild } from "./build-console.ts";
import { checkPort } from "./check-port.ts";
import type { Command } from "./render-files/read-command.ts";
import { renderFiles } from "./render-files/render-files.ts";
import { type RunFile, removeStaleRunFile } from "./run-file.ts";
import { type Environment, layoutOf, type Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";
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

/** Scripts would wait for a worker with a painter. @throws {StartError} naming how to install it. */
async function assertPainter({ sources }: Command, environment: Environment): Promise<void> {
  if (sources.every(({ kind }) => kind !== "script")) return;
  await findPainter({ manimPython: environment["MANIM_PYTHON"] }).catch((error: unknown) => {
    throw error instanceof ToolNotFoundError ? new StartError(error.message, { cause: error }) : error;
  });
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
  await assertPainter(command, environment);
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

/** The summary that `npm start` prints when the system is ready. */
function describeAddresses(run: RunFile, dataDirectory: string): string {
  const origin = new URL(run.graphql).origin;
  return `
Reelay is ready.

  Console       ${origin}/#key=${run.apiKey}
                (signs you in; anyone with this URL has the key)
  GraphQL       ${run.graphql}   (in a browser: GraphiQL; subscriptions by WebSocket at the same address)
  API key       ${run.apiKey}
                send it as the header "Authorization: Bearer <key>"
  Watch a video ${origin}/watch/<id of the video>
                (on pages of yours: docs/tutorials/getting-started.md)
  Data          ${dataDirectory}   (log: reelay.log, for scripts: run.json)

  Render a file:      npm start -- FILE…       (here, or in another terminal)
  Add a worker:       npm run worker           (in another terminal)
  Stop:               Ctrl-C
`;
}

interface EmbeddedLog extends Disposable {
  readonly logger: Logger;
  readonly sink: LogSink;
}

/**
 * Writes everything to `file` as JSON lines, and prints errors to the terminal through `print`, one line
 * each. Lost connections while the system is stopping (`isStopping`) are not printed.
 */
function createLog(
  file: string,
  options: { level: string; print: (line: string) => void; isStopping: () => boolean },
): EmbeddedLog {
  const sink = createLogSink(openLogFile(file));
  const terminal: DestinationStream = {
    write(line) {
      if (!options.isStopping()) options.print(describe(line, file));
    },
  };
  const logger = createLogger({
    level: options.level,
    sink,
    destination: multistream([
      { level: "trace", stream: sink },
      { level: "error", stream: terminal },
    ]),
  });
  return { logger, sink, [Symbol.dispose]: () => sink[Symbol.dispose]() };
}

/** Formats a line of JSON as `relay.failed: connection refused (…)`. */
function describe(line: string, file: string): string {
  const entry = JSON.parse(line) as { msg?: string; err?: { message?: string } };
  const what = entry.msg ?? "error";
  const why = entry.err?.message?.split("\n").at(-1);
  return `! ${what}${why === undefined || why === what ? "" : `: ${why}`} (more in ${file})`;
}
