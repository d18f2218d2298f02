import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "pino";
import { ProgramUsage } from "../../programs/index.ts";
import { sleep } from "../../wait.ts";
import type { Held, MemoryBudget } from "./memory-budget.ts";

/** A program by its name in logs, and the memory that it is estimated to take. */
export interface Need {
  program: string;
  bytes: number;
}

/** An attempt that reserves memory of its worker's. */
export interface Borrower {
  memory: { budget: MemoryBudget };
  log: Logger;
  signal: AbortSignal;
  /** Called when the attempt begins to wait until other tasks leave it enough memory, and when that wait ends. */
  onMemoryAwaited: (isWaiting: boolean) => void;
}

/** Whose programs run within memory that was reserved for them. */
const holder = new AsyncLocalStorage<string>();

/**
 * Runs programs once there is memory for them, in turn with those of other tasks. What runs in `work` one after the other shares it; who
 * holds some must not wait for more, or two of them could wait for each other for ever.
 */
export async function reserveMemory<T>(context: Borrower, need: Need, work: () => Promise<T>): Promise<T> {
  assertHoldsNone(need);
  using held = await inLine(context, need);
  return await run(context, need, held, work);
}

/** The same for what nobody waits for yet: behind all who stand in line, for half a minute; then in line. */
export async function reserveMemoryLater<T>(
  context: Borrower,
  need: Need,
  work: () => Promise<T>,
): Promise<T> {
  assertHoldsNone(need);
  const { memory, signal } = context;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  using held = await memory.budget.reserveIdle(need.bytes, patience).catch(() => inLine(context, need));
  return await run(context, need, held, work);
}

const patienceMs = 30_000;

/**
 * The same for what nobody will ever wait for: behind all who stand in line, and whenever one of them has to wait, `work` is ended by its signal and
 * begins anew later.
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
      log.debug({ program: need.program }, "memory.given-way");
    }
  }
}

/** The same for what can be left out: it takes what others leave, as soon as there is enough, and is in nobody's way while it waits. */
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
    await sleep(spareMs, signal);
  }
}

const spareMs = 250;

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
