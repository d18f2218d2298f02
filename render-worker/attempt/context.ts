import type { Context } from "@opentelemetry/api";
import type { Account, RenderRequested, RenderState } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { WorkerConfig } from "../config.ts";
import type { WorkerMemory } from "../host/memory/worker-memory.ts";
import type { WorkerMetrics } from "../host/metrics.ts";
import type { AttemptDirectory } from "../host/work-directory/work-directory.ts";
import type { Jail } from "../jail/jail.ts";
import type { RenderMemory } from "../kinds/transcode/capacity/render-memory.ts";
import type { Throughput } from "../kinds/transcode/capacity/throughput.ts";
import { emptyState } from "../kinds/transcode/state/render-state.ts";
import type { EncoderPool } from "../media/devices/encoder-pool.ts";
import type { Programs } from "../media/ffmpeg/programs.ts";
import type { FfmpegTools } from "../media/ffmpeg/tools.ts";
import type { KnownSources } from "../media/probe/known-sources.ts";
import type { BlockCache } from "../media/source/block-cache.ts";
import type { OpenSource } from "../media/source/open-source.ts";
import type { AttemptRef, AttemptReporter } from "./reporter.ts";

/** What every step of an attempt has at hand. */
export interface AttemptContext {
  task: RenderRequested;
  ref: AttemptRef;
  store: ObjectStore;
  /** What was found of ffmpeg and ffprobe; `programs` runs them. */
  tools: FfmpegTools;
  jail: Jail;
  programs: Programs;
  /** The worker's. */
  encoders: Pick<EncoderPool, "take" | "failed">;
  config: WorkerConfig;
  log: Logger;
  /** Absent: nobody counts. */
  metrics?: Pick<WorkerMetrics, "stored" | "sourceRead" | "ffmpegUsed"> | undefined;
  /** What this worker is known to encode per second. */
  throughput: Throughput;
  memory: WorkerMemory;
  /** What its renders turned out to need. */
  renderMemory: RenderMemory;
  /** What the worker's tasks know of sources. */
  knownSources: KnownSources;
  /** What they have read of sources elsewhere. */
  blockCache?: BlockCache;
  /** Called when a program of it begins to wait until other tasks leave it enough memory, and when that waits no more. */
  onMemoryAwaited: (isWaiting: boolean) => void;
  /** The attempt's trace: parent of what its steps do. */
  trace: Context;
  reporter: AttemptReporter;
  state: StateCell;
  /** This attempt's own folder; removed afterwards. */
  directory: AttemptDirectory;
  /** Which bytes it renders, once it is open, and whether they are in the store by now. */
  source?: Pick<OpenSource, "beginningOf" | "generation" | "hash" | "isStored" | "reader" | "stored">;
  /** Aborts with a `StopError`; once the source is open also with a `RenderError`, when that cannot be read any more. */
  signal: AbortSignal;
  /** Tells that everything is made and gives the slot back; what follows is done in nobody's way. */
  complete(account: Account): Promise<void>;
  /** Runs what can wait, after others; false: too much waits already, it was not done. */
  whenIdle(work: () => Promise<void>): Promise<boolean>;
}

const soonMs = 1_000;

/** The attempt's state: replaced as a whole, each time reported. */
export class StateCell implements Disposable {
  #current: RenderState = emptyState;
  readonly #onChange: (state: RenderState) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onChange: (state: RenderState) => void) {
    this.#onChange = onChange;
  }

  get current(): RenderState {
    return this.#current;
  }

  update(change: (state: RenderState) => RenderState): void {
    this.#current = change(this.#current);
    this.#report();
  }

  /** For what changes often and can wait: reported within a second, with whatever else has changed by then. */
  updateSoon(change: (state: RenderState) => RenderState): void {
    this.#current = change(this.#current);
    this.#timer ??= setTimeout(() => this.#report(), soonMs);
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #report(): void {
    this[Symbol.dispose]();
    this.#onChange(this.#current);
  }
}
