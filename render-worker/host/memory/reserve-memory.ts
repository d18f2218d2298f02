import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "pino";
import { ProgramUsage } from "../../programs/index.ts";
import { sleep } from "../../wait.ts";
import type { Held, MemoryBudget } from "./memory-budget.ts";

/** A program's name for logs, and its estimated memory. */
export interface Need {
  program: string;
  bytes: number;
}

/** An attempt that reserves its worker's memory. */
export interface Borrower {
  memory: { budget: MemoryBudget };
  log: Logger;
  signal: AbortSignal;
  /** Called when the attempt starts to wait for memory, and when the wait ends. */
  onMemoryAwaited: (isWaiting: boolean) => void;
}

/** The holder of the memory for the current work. */
const holder = new AsyncLocalStorage<string>();

/**
 * Runs programs once memory is available, in order with those of other tasks. Consecutive programs in `work`
 * share it. A holder must not wait for more, since two of them could deadlock.
 */
export async function reserveMemory<T>(context: Borrower, need: Need, work: () => Promise<T>): Promise<T> {
  assertHoldsNone(need);
  using held = await inLine(context, need);
  return await run(context, need, held, work);
}

/** For work that is not urgent yet: after the line for half a minute, then in the line. */
export async function reserveMemoryLater<T>(
  context: Borrower,
  need: Need,
  work: () => Promise<T>,
): Promise<T> {
  assertHoldsNone(need);
  const { memory, signal } = context;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  using held = await memory.budget.reserveIdle(need.bytes, patience).catch(() => inLine(context, need));
  return await run(context, need, held, work);
}

const PATIENCE_MS = 30_000;

/**
 * For work that is never urgent: after the line. When a request in the line has to wait, the signal stops
 * `work`, which starts again later.
 */
export async function reserveIdleMemory<T>(
  context: Borrower,
  need: Need,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  assertHoldsNone(need);
  const { log, memory, signal } = context;
  for (;;) {
    using held = await memory.budget.reserveIdle(need.bytes, signal);
    const { wanted } = held;
    try {
      return await run(context, need, held, () => work(AbortSignal.any([signal, wanted])));
    } catch (error) {
      if (signal.aborted || !wanted.aborted) throw error;
      log.debug({ program: need.program }, "memory.released");
    }
  }
}

/** For optional work: uses memory that others leave, as soon as there is enough, without blocking anyone. */
export async function reserveSpareMemory<T>(
  context: Borrower,
  need: Need,
  work: () => Promise<T>,
  onWait: () => void,
): Promise<T> {
  const { memory, signal } = context;
  for (let tries = 0; ; tries += 1) {
    using held = memory.budget.tryReserve(need.bytes);
    if (held) return await run(context, need, held, work);
    if (tries === 0) onWait();
    await sleep(SPARE_MS, signal);
  }
}

const SPARE_MS = 250;

function assertHoldsNone({ program }: Need): void {
  const other = holder.getStore();
  if (other !== undefined) throw new Error(`${program} would wait for memory while ${other} holds some.`);
}

async function inLine(context: Borrower, { program, bytes }: Need): Promise<Held> {
  const { log, memory, signal } = context;
  let hasWaited = false;
  const onWait = () => {
    hasWaited = true;
    const { capacityBytes, reservedBytes } = memory.budget;
    log.info({ program, bytes, freeBytes: capacityBytes - reservedBytes }, "memory.awaited");
    context.onMemoryAwaited(true);
  };
  return await memory.budget.reserve(bytes, { signal, onWait }).finally(() => {
    if (hasWaited) context.onMemoryAwaited(false);
  });
}

async function run<T>(
  { log, memory }: Borrower,
  { program }: Need,
  { bytes }: Held,
  work: () => Promise<T>,
): Promise<T> {
  const { capacityBytes, reservedBytes } = memory.budget;
  log.debug({ program, bytes, reservedBytes, capacityBytes }, "memory.reserved");
  using usage = new ProgramUsage();
  try {
    return await holder.run(program, () => usage.around(work));
  } finally {
    const peakMemoryBytes = usage.read()?.peakMemoryBytes ?? null;
    log.debug({ program, bytes, peakMemoryBytes }, "memory.returned");
  }
}
