import { randomUUID } from "node:crypto";
import { context } from "@opentelemetry/api";
import {
  DEFAULT_START_WITHIN_MS,
  expressKinds,
  jailLevels,
  type Pool,
  type TaskRequested,
} from "@reelay/contracts";
import {
  controlOf,
  type Delivery,
  expressTasksOf,
  type Messaging,
  tasksOf,
  toolSetsOf,
} from "@reelay/messaging";
import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import {
  type AttemptRef,
  AttemptReporter,
  type AttemptRun,
  runAndReport,
  StopError,
  startAttemptTrace,
} from "./attempt/index.ts";
import { takeChecks } from "./checks/index.ts";
import type { WorkerConfig } from "./config.ts";
import {
  defaultQuiet,
  endless,
  Heartbeat,
  type HeartbeatOptions,
  Life,
  OneAtATime,
  poolsOf,
  pullTasks,
  readLimits,
  Slots,
  untilQuiet,
  WorkDirectory,
  WorkerMemory,
  type WorkerMetrics,
} from "./host/index.ts";
import type { Jail } from "./jail/index.ts";
import type { PreparedKinds } from "./kinds/index.ts";
import { within } from "./wait.ts";

export interface WorkerDeps {
  messaging: Messaging;
  store: ObjectStore;
  /** The store within the reach of an attempt or a check. Default: `store`. */
  storeOf?: (id: string) => ObjectStore;
  config: WorkerConfig;
  log: Logger;
  /** The supported kinds. The worker disposes them. */
  kinds: PreparedKinds;
  /** The jail of all programs. */
  jail: Jail;
  /** Default: no metrics. */
  metrics?: WorkerMetrics;
}

/**
 * A process that runs tasks. Disposing stops it: it accepts no more tasks, lets running ones finish within
 * `shutdownGraceMs`, interrupts the rest, and reports that. Whatever the broker and the store do, this takes
 * at most 9 s longer than the grace.
 */
export interface Worker extends AsyncDisposable {
  start(): Promise<void>;
  /** Whether it has started and is not stopping. */
  readonly isTaking: boolean;
  /** Resolves when its life is over: it took its one task, none came for a while, or its machine ends. */
  readonly done: Promise<void>;
  /** Ends the grace: running attempts are interrupted now, and ffmpeg exits within half a second. */
  interrupt(): void;
}

interface RunningAttempt {
  ref: AttemptRef;
  /** Number of its programs that wait for memory. */
  waitsForMemory: number;
  stop: AbortController;
  /** Ends the retries of its reports. */
  giveUp: AbortController;
  done: Promise<void>;
  /** Its end was reported: it holds neither task nor slot, whatever it still measures. */
  isOver: boolean;
}

/**
 * Maximum number of finished attempts that wait to be measured, more than occur in the time that they wait.
 */
const MOST_IDLE_WORK = 64;
/** Limit of the message. */
const MOST_REASON = 2_000;
/** How long a stopping worker waits for the broker to accept its last reports. */
const LAST_REPORTS_MS = 5_000;
/** How long it waits for calls that hang: a broker that does not respond, a store that does not delete. */
const LAST_CALLS_MS = 1_500;

export function createWorker(deps: WorkerDeps): Worker {
  return new RenderWorker(deps);
}

class RenderWorker implements Worker {
  readonly #deps: WorkerDeps;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, RunningAttempt>();
  readonly #slots: Slots;
  /** Of express tasks, which run besides. Workers that claim their tasks have none. */
  readonly #expressSlots: number;
  readonly #life: Life;
  readonly #idleWork = new OneAtATime(MOST_IDLE_WORK);
  readonly #heartbeat: Heartbeat;
  readonly #pools: readonly Pool[];
  #workDirectory: WorkDirectory | null = null;
  #memory: WorkerMemory | null = null;
  #control: AsyncDisposable | null = null;
  #checks: AsyncDisposable | null = null;
  #loops: Promise<void>[] = [];

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#log = deps.log.child({ workerId: deps.config.workerId });
    this.#slots = new Slots(deps.config.slots);
    this.#expressSlots = deps.messaging.claims ? 0 : (deps.config.expressSlots ?? 0);
    this.#life = new Life(deps.config.life ?? endless);
    deps.metrics?.countSlots(deps.config.slots, () => this.#held().length);
    const { capabilities } = deps.kinds.offer();
    this.#pools = deps.config.pools ?? poolsOf(capabilities ?? { devices: [], encoders: [], decoders: [] });
    this.#heartbeat = new Heartbeat({
      messaging: deps.messaging,
      log: deps.log,
      everyMs: deps.config.heartbeatMs,
      seen: () => this.#seen(),
    });
    // It offers no slot any more, whatever still runs.
    this.#life.full.addEventListener("abort", () => this.#heartbeat.stopping());
  }

  #seen(): ReturnType<HeartbeatOptions["seen"]> {
    const { config, jail, kinds } = this.#deps;
    const limits = this.#memory?.limits;
    return {
      workerId: config.workerId,
      hostname: config.hostname,
      version: config.version,
      ...(config.life?.deadlineAt && { deadlineAt: config.life.deadlineAt.toISOString() }),
      offer: {
        pools: [...this.#pools],
        slots: config.slots,
        ...(this.#expressSlots > 0 && { expressSlots: this.#expressSlots }),
        ...kinds.offer(),
        jail: { level: jail.level, reason: jail.reason?.slice(0, MOST_REASON) ?? null },
        ...(limits && { memoryBytes: limits.memoryBytes, cpus: limits.cpus }),
        ...(config.computeOffer && { computeOffer: config.computeOffer }),
        startWithinMs: DEFAULT_START_WITHIN_MS,
      },
      attempts: this.#held().map(({ ref: { taskId, attemptId }, waitsForMemory }) => ({
        taskId,
        attemptId,
        waitsForMemory: waitsForMemory > 0,
      })),
    };
  }

  /** Attempts that hold their task and slot. */
  #held(): RunningAttempt[] {
    return [...this.#running.values()].filter(({ isOver }) => !isOver);
  }

  get isTaking(): boolean {
    return this.#loops.length > 0 && !this.#stopping.signal.aborted && !this.#life.full.aborted;
  }

  get done(): Promise<void> {
    return this.#life.done;
  }

  async start(): Promise<void> {
    const { config, messaging } = this.#deps;
    const pools = this.#pools;
    const { kinds: offered } = this.#deps.kinds.offer();
    this.#workDirectory = await WorkDirectory.open(config.workDirectory, config.workerId);
    this.#memory = new WorkerMemory(
      await readLimits({ memoryBytes: config.memoryBytes }),
      config.slots + this.#expressSlots,
    );
    const { limits, budget } = this.#memory;
    this.#deps.metrics?.countMemory(limits.memoryBytes, () => budget);
    this.#control = await messaging.consume(controlOf(config.workerId), async ({ message }) => {
      if (message.type === "task.cancel-requested.v1") {
        this.#log.info({ attemptId: message.attemptId, reason: message.reason }, "cancel.received");
        this.#running.get(message.attemptId)?.stop.abort(new StopError(message.reason, message.keep));
      }
    });
    this.#checks = await takeChecks({
      ...{ messaging, config, log: this.#log, signal: this.#stopping.signal },
      ...{ kinds: this.#deps.kinds, jail: this.#deps.jail, memory: this.#memory },
      ...{ store: this.#deps.store, storeOf: this.#deps.storeOf },
      directory: this.#workDirectory.path,
    });
    this.#heartbeat.start();
    const express = pools.flatMap((pool) =>
      offered
        .filter(({ name }) => this.#expressSlots > 0 && expressKinds.includes(name))
        .map(({ name }) => expressTasksOf(pool, name)),
    );
    const all = pools.flatMap((pool) =>
      offered.flatMap(({ name, tools = [] }) =>
        toolSetsOf(name, tools).map((each) => tasksOf(pool, name, each)),
      ),
    );
    const pulled = { messaging, log: this.#log };
    const signal = AbortSignal.any([this.#stopping.signal, this.#life.full]);
    this.#loops = [
      pullTasks({
        ...pulled,
        // A slot that is free by now does an express task whole.
        subscriptions: messaging.claims ? [messaging.claims] : [...all, ...express],
        slots: this.#slots,
        signal,
        take: (delivery, release) => this.#take(delivery, release),
      }),
    ];
    if (express.length > 0)
      this.#loops.push(
        pullTasks({
          ...pulled,
          subscriptions: express,
          slots: new Slots(this.#expressSlots),
          signal,
          take: (delivery, release) => this.#take(delivery, release, true),
        }),
      );
    this.#life.start();
    const { memoryBytes, memoryFrom, cpus } = limits;
    const { capacityBytes } = budget;
    this.#log.info(
      { pools, slots: config.slots, memoryBytes, memoryFrom, capacityBytes, cpus },
      "worker.started",
    );
  }

  /** Sent with the next heartbeat, which renews the lease meanwhile. */
  #awaitMemory(attempt: RunningAttempt, isWaiting: boolean): void {
    const before = attempt.waitsForMemory;
    attempt.waitsForMemory += isWaiting ? 1 : -1;
    if (before === 0 || attempt.waitsForMemory === 0) this.#heartbeat.beat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.#life[Symbol.dispose]();
    this.#heartbeat.stopping();
    const ended = Promise.all(this.#loops).then(() =>
      Promise.all([...this.#running.values()].map(({ done }) => done)),
    );
    const graceMs = this.#deps.config.shutdownGraceMs ?? 0;
    if (graceMs > 0) await within(graceMs, ended);
    this.interrupt();
    if (!(await within(LAST_REPORTS_MS, ended))) {
      for (const { giveUp } of this.#running.values()) giveUp.abort();
      if (!(await within(LAST_CALLS_MS, ended)))
        this.#log.warn({ attempts: this.#running.size }, "attempts.not-stopped");
    }
    await Promise.all([
      this.#heartbeat[Symbol.asyncDispose](),
      within(2 * LAST_CALLS_MS, this.#leaveControl()),
      within(2 * LAST_CALLS_MS, this.#leaveChecks()),
    ]);
    await this.#deps.kinds[Symbol.asyncDispose]();
    await this.#workDirectory?.[Symbol.asyncDispose]();
    this.#log.info("worker.stopped");
  }

  interrupt(): void {
    for (const { stop } of this.#running.values()) stop.abort(new StopError("INTERRUPTED"));
  }

  async #leaveChecks(): Promise<void> {
    await this.#checks?.[Symbol.asyncDispose]();
  }

  async #leaveControl(): Promise<void> {
    await this.#control?.[Symbol.asyncDispose]();
    await this.#deps.messaging
      .unsubscribe(controlOf(this.#deps.config.workerId))
      .catch((error: unknown) => this.#log.debug({ err: error }, "control.not-unsubscribed"));
  }

  /** True if an attempt now runs in the slot. */
  async #take(delivery: Delivery, release: () => void, isExpress = false): Promise<boolean> {
    const { message } = delivery;
    const runsAlready = [...this.#running.values()].some(
      ({ ref }) => message.type === "task.requested.v1" && ref.taskId === message.taskId,
    );
    if (message.type !== "task.requested.v1" || runsAlready) {
      await delivery.ack();
      return false;
    }
    if (this.#stopping.signal.aborted || this.#life.full.aborted) {
      await delivery.nack();
      return false;
    }
    if (!this.#life.hasTimeFor(message.expectedMs ?? 0)) {
      this.#log.info({ taskId: message.taskId, expectedMs: message.expectedMs }, "task.too-long");
      await delivery.nack().finally(() => this.#life.close());
      return false;
    }
    const { config, jail, kinds, messaging, metrics } = this.#deps;
    const { videoId, jobId, taskId, fencingToken } = message;
    const attemptId = delivery.attemptId ?? randomUUID();
    const { workerId } = config;
    const ref = { videoId, jobId, taskId, attemptId, fencingToken, kind: message.kind, workerId };
    const log = this.#log.child({ videoId, jobId, taskId, attemptId: ref.attemptId });
    const attempt: RunningAttempt = {
      ref,
      waitsForMemory: 0,
      stop: new AbortController(),
      giveUp: new AbortController(),
      done: Promise.resolve(),
      isOver: false,
    };
    const trace = startAttemptTrace(delivery, message, ref);
    const reporter = new AttemptReporter({
      messaging,
      ref,
      log,
      progressMs: config.progressMs,
      giveUp: attempt.giveUp.signal,
      trace: trace.context,
      onRetry: () => metrics?.reportRetried(),
    });
    const { jail: least = "NONE", tools = [] } = message.requirements;
    const offered = kinds.offer().kinds.find(({ name }) => name === message.kind);
    const { level } = offered?.jail ?? jail;
    const isConfined = jailLevels.indexOf(level) >= jailLevels.indexOf(least);
    const hasTools = tools.every((tool) => offered?.tools?.includes(tool));
    const kind = isConfined && hasTools ? (kinds.get(message.kind)?.begin(message, reporter) ?? null) : null;
    if (kind === null) {
      trace.end(null);
      // Parameters of another version, a stronger jail, or a tool. The task stays in the queue of the API,
      // which sends it again later.
      log.warn({ kind: message.kind }, "task.not-supported");
      await (delivery.refuse?.() ?? delivery.ack());
      return false;
    }
    // Registered before it is announced, since a cancel request may follow immediately.
    this.#running.set(ref.attemptId, attempt);
    this.#life.taken();
    try {
      await reporter.started();
    } catch (error) {
      this.#forget(ref);
      trace.end(null);
      log.warn({ err: error }, "task.returned");
      await delivery.nack();
      return false;
    }
    // From here on the lease decides who has the task. If the acknowledgement is lost, the task is delivered
    // again and recognized.
    await delivery.ack().catch((error: unknown) => log.warn({ err: error }, "task.not-acknowledged"));
    const free = () => {
      attempt.isOver = true;
      release();
      this.#heartbeat.beat();
    };
    const run = () => this.#run(message, attempt, { kind, reporter, trace, log, free, isExpress });
    attempt.done = context
      .with(trace.context, run)
      .catch((err: unknown) => log.error({ err }, "attempt.crashed"))
      .finally(() => {
        this.#forget(ref);
        if (!attempt.isOver) free();
      });
    this.#heartbeat.beat();
    return true;
  }

  #forget({ attemptId }: AttemptRef): void {
    this.#running.delete(attemptId);
    if (this.#running.size === 0) this.#life.released();
  }

  async #run(
    task: TaskRequested,
    attempt: RunningAttempt,
    of: Pick<AttemptRun, "kind" | "reporter" | "trace" | "log" | "free" | "isExpress">,
  ): Promise<void> {
    if (!this.#workDirectory || !this.#memory) throw new Error("The worker was not started.");
    const { jail, metrics } = this.#deps;
    const store = this.#deps.storeOf?.(attempt.ref.attemptId) ?? this.#deps.store;
    await runAndReport({
      ...of,
      task,
      store,
      jail,
      metrics,
      ref: attempt.ref,
      whenIdle: async (later) => {
        const { quiet = defaultQuiet } = this.#deps.config;
        await untilQuiet(() => this.#held().length > 0, quiet, attempt.stop.signal);
        return await this.#idleWork.run(later);
      },
      memory: this.#memory,
      workDirectory: this.#workDirectory,
      offerChanged: () => this.#heartbeat.beat(),
      stop: attempt.stop.signal,
      giveUp: attempt.giveUp.signal,
      onMemoryAwaited: (isWaiting) => this.#awaitMemory(attempt, isWaiting),
    });
  }
}
