import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { signalProcess } from "./belonging.ts";
import type { Part } from "./part.ts";

export interface Command {
  name: string;
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  /** The run's folder: the working directory, with logs in `logs/`. */
  folder: string;
  /** True if it exits when its standard input ends. Default false. */
  readsInput?: boolean;
}

/** A process that restarts a second after an unexpected exit, like under any supervisor. */
export class Supervised implements Part {
  readonly name: string;
  /** Unexpected exits, with their codes. */
  readonly falls: string[] = [];
  readonly #command: Command;
  #child: ChildProcess | undefined;
  #isWanted = false;

  constructor(command: Command) {
    this.name = command.name;
    this.#command = command;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    this.#isWanted = true;
    const { command, env, folder, name, readsInput = false } = this.#command;
    await mkdir(path.join(folder, "logs"), { recursive: true });
    const log = await open(path.join(folder, "logs", `${name}.log`), "a");
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...caches(), ...env },
      stdio: [readsInput ? "pipe" : "ignore", log.fd, log.fd],
    });
    await log.close();
    this.#child = child;
    child.once("exit", (code, signal) => this.#ended(child, signal ?? `code ${code}`));
    child.once("error", (error) => this.#ended(child, error.message));
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (!this.#isWanted) return;
    this.falls.push(how);
    void delay(1_000, undefined, { ref: false }).then(() => (this.#isWanted ? this.start() : undefined));
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  async freeze(): Promise<void> {
    if (this.pid !== undefined) signalProcess(this.pid, "SIGSTOP");
  }

  async thaw(): Promise<void> {
    if (this.pid !== undefined) signalProcess(this.pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
  }
}

/** What spares later starts work, where this run has it: processes here start many times. */
const caches = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ["NODE_COMPILE_CACHE", "FFMPEG_TRIALS_DIR"].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );
