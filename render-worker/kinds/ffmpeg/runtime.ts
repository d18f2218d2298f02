import type { InputRef, TaskRequested, VideoParams } from "@reelay/contracts";
import type { Logger } from "pino";
import type { AttemptHost } from "../../attempt/index.ts";
import type { WorkerConfig } from "../../config.ts";
import type { WorkerMetrics } from "../../host/index.ts";
import type { Jail } from "../../jail/index.ts";
import { type FfmpegTools, Programs, prepareFluent } from "../../media/ffmpeg/index.ts";
import { KnownSources } from "../../media/probe/index.ts";
import { BlockCache, type OpenSource } from "../../media/source/index.ts";

export interface RuntimeOptions {
  config: WorkerConfig;
  jail: Jail;
  log: Logger;
  /** Default: no metrics. */
  metrics?: Pick<WorkerMetrics, "stored" | "sourceRead" | "ffmpegUsed" | "narrated"> | undefined;
}

/** A task of a video. The parameters of its kind stand beside the envelope. */
export type MediaTask<Params extends { version: number }> = Omit<TaskRequested, "params" | "inputs"> &
  Omit<Params, "version"> & { source: InputRef };

/** An attempt of a kind that runs ffmpeg. */
export interface MediaAttempt<Params extends VideoParams = VideoParams>
  extends Omit<AttemptHost, "task">,
    Omit<RuntimeOptions, "log"> {
  task: MediaTask<Params>;
  /** The ffmpeg and ffprobe that were found. `programs` runs them. */
  tools: FfmpegTools;
  programs: Programs;
  /** Cached probes of this worker's tasks. */
  knownSources: KnownSources;
  /** Cached blocks of sources in a remote store. */
  blockCache: BlockCache;
  /** The open source, and whether all of it is stored. The signal also aborts if it becomes unreadable. */
  source?: Pick<OpenSource, "beginningOf" | "generation" | "hash" | "isStored" | "reader" | "stored">;
}

const DEFAULT_CACHE_BYTES = 1024 ** 3;

/** ffmpeg on this machine, with everything that its kinds share. */
export class FfmpegRuntime implements AsyncDisposable {
  readonly tools: FfmpegTools;
  readonly config: WorkerConfig;
  readonly #options: RuntimeOptions;
  readonly #knownSources = new KnownSources();
  #blockCache: BlockCache | undefined;

  private constructor(tools: FfmpegTools, options: RuntimeOptions) {
    this.tools = tools;
    this.config = options.config;
    this.#options = options;
  }

  static async create(tools: FfmpegTools, options: RuntimeOptions): Promise<FfmpegRuntime> {
    await prepareFluent(options.jail, tools.ffmpeg.path);
    return new FfmpegRuntime(tools, options);
  }

  /** Its programs may write only the attempt's folder. */
  begin<Params extends VideoParams>(attempt: AttemptHost, params: Params): MediaAttempt<Params> {
    const { config, jail, metrics } = this.#options;
    const { directory } = attempt;
    const { params: _asParsed, inputs, ...envelope } = attempt.task;
    const { version: _version, ...own } = params;
    if (inputs["source"] === undefined) throw new Error(`Task ${envelope.taskId} names no source.`);
    return {
      ...attempt,
      task: { ...envelope, ...own, source: inputs["source"] },
      config,
      jail,
      metrics,
      tools: this.tools,
      programs: new Programs(jail, this.tools, { writable: [directory.path] }),
      knownSources: this.#knownSources,
      blockCache: this.#cacheIn(directory.shared("source-blocks")),
    };
  }

  /** Its programs outside of attempts: they may write nothing. */
  programs(): Programs {
    return new Programs(this.#options.jail, this.tools, {});
  }

  #cacheIn(directory: string): BlockCache {
    const { config, log } = this.#options;
    this.#blockCache ??= new BlockCache({
      directory,
      limitBytes: config.sourceCacheBytes ?? DEFAULT_CACHE_BYTES,
      onError: (error) => log.warn({ err: error }, "source.not-cached"),
    });
    return this.#blockCache;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blockCache?.[Symbol.asyncDispose]();
  }
}
