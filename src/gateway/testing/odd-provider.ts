/** A provider that misbehaves as a plan says, with the worker programs on its machines, in simulated time. */
import type { PrismaClient } from "../../../prisma/generated/client.ts";
import type { BackendKind } from "../../compute/compute-backend.ts";
import { type ComputeBackend, LaunchError, type LaunchOrder, type Machine } from "../../compute/index.ts";
import { workerRow } from "../../testing/fleet-rows.ts";
import { join } from "../sessions.ts";

/** What the provider does with one call, and with the machine that follows from it. */
export const quirks = [
  "FINE",
  "TOO_MANY_REQUESTS",
  "NO_CAPACITY",
  "FAILS_AFTER_ACCEPTING",
  "FAILS",
  "NEVER_STARTS",
  "STARTS_LATE",
  "STARTS_TWICE",
  "DIES",
  "FORGETS",
  "LISTS_LATE",
  "PREEMPTS",
  "FREEZES",
] as const;
export type Quirk = (typeof quirks)[number];

/** Heartbeats, and how long a worker without a task stays. */
const IDLE_MS = 20_000;
const START_MS = 5_000;
const LATE_MS = 70_000;
const RETRY_AFTER_MS = 120_000;
const LISTED_LATE_MS = 30_000;
/** How long a machine stands still: longer than leases, and than silence is tolerated. */
const FROZEN_MS = 100_000;
/** Providers list ended machines for a while. */
const REMEMBERED_MS = 300_000;
/** When it dies, freezes or is preempted: with a task in its hands. */
const TROUBLE_MS = 15_000;
const LATEST_TROUBLE_MS = 60_000;

interface OwnMachine {
  ref: string;
  order: LaunchOrder;
  quirk: Quirk;
  startedAt: number;
  runsAt: number;
  endsAt: number;
  /** From its start on, in milliseconds. */
  troubleMs: number;
  workerId: string | null;
  /** Null: it runs. */
  exit: { code: number | null; at: number } | null;
  idleSince: number;
}

interface Options {
  db: PrismaClient;
  clock: () => Date;
  /** What happens to the calls, one after the other. */
  script: Quirk[];
  /** What happens after the script. Default: all is fine. */
  draw?: () => Quirk;
  /** Goes on with the worker's task, or takes one that waits if it may; false: it has none. */
  work: (workerId: string, mayTake: boolean) => Promise<boolean>;
  /** Hands back what the worker has, because its machine is preempted with notice. */
  leave?: (workerId: string) => Promise<void>;
  /** From 0 to 1: when machines die, freeze, are preempted or start. Default: always the same. */
  random?: () => number;
  /** Before and after whatever a call does: the caller may be killed here. */
  onCall?: () => Promise<void>;
  /**
   * Whether it lists its machines and knows a repeated order, or answers about those machines only whose
   * `ref` is known.
   */
  lists: BackendKind["lists"];
}

export interface AliveMachine {
  name: string;
  ref: string;
  quirk: Quirk;
}

export interface OddProvider {
  backend: ComputeBackend;
  /** What its machines do until now. */
  pass(): Promise<void>;
  /** The machines that cost money. */
  alive(): AliveMachine[];
  /** New orders that came before the time that it had named with a 429. */
  early(): number;
  /** When its machines cost money, in milliseconds; `to` is null for those that still do. */
  lives(): Array<{ from: number; to: number | null }>;
}

export function createOddProvider(options: Options): OddProvider {
  const { db, clock, script, draw = () => "FINE", work, leave, random, lists } = options;
  const onCall = options.onCall ?? (() => Promise.resolve());
  let machines: OwnMachine[] = [];
  const ended: OwnMachine[] = [];
  const time = () => clock().getTime();
  let refs = 0;
  let early = 0;
  let refused = { at: 0, until: 0 };
  const ordered = new Set<string>();

  const start = (order: LaunchOrder, quirk: Quirk): OwnMachine => {
    const lateMs = random ? random() * 2 * LATE_MS : LATE_MS;
    const runsAt =
      quirk === "NEVER_STARTS"
        ? Number.POSITIVE_INFINITY
        : time() + START_MS + (quirk === "STARTS_LATE" ? lateMs : 0);
    const machine: OwnMachine = {
      ...{ ref: `m-${(refs += 1)}`, order, quirk, startedAt: time(), runsAt, workerId: null, exit: null },
      ...{ idleSince: time(), endsAt: time() + order.endsWithinSeconds * 1_000 },
      troubleMs: random ? random() * LATEST_TROUBLE_MS : TROUBLE_MS,
    };
    machines.push(machine);
    return machine;
  };

  const exit = (machine: OwnMachine, code: number | null): void => {
    machine.exit = { code, at: time() };
  };

  /** The worker program: joins once, works while there are tasks, drains, exits. */
  async function run(machine: OwnMachine): Promise<void> {
    if (machine.exit !== null) return;
    // The provider's own limit, also of a machine that has not started.
    if (time() >= machine.endsAt) return exit(machine, null);
    if (time() < machine.runsAt) return;
    const { environment } = machine.order;
    const token = environment["WORKER_JOIN_TOKEN"] ?? "";
    if (machine.workerId === null) {
      const joined = await join({ db, clock }, token, { hostname: machine.ref, version: "0" }).catch(
        () => null,
      );
      if (joined === null) return exit(machine, 3);
      machine.workerId = joined.workerId;
      machine.idleSince = time();
    }
    const id = machine.workerId;
    const lived = time() - machine.runsAt;
    const { quirk, troubleMs } = machine;
    if (quirk === "FREEZES" && lived > troubleMs && lived < troubleMs + FROZEN_MS) return;
    // What it has done meanwhile is reported before it learns that it was given up.
    if (quirk === "FREEZES" && lived >= troubleMs + FROZEN_MS) await work(id, false);
    const worker = await db.worker.findUnique({ where: { id } });
    if (worker === null || (worker.tokenUntil ?? clock()) <= clock()) return exit(machine, 5);
    if (quirk === "DIES" && lived > troubleMs) return exit(machine, 137);
    const { hostname: _name, startedAt: _start, ...described } = workerRow(id, { slots: 1, now: clock() });
    if (quirk === "PREEMPTS" && lived > troubleMs) {
      await leave?.(id);
      await db.worker.update({ where: { id }, data: { ...described, isStopping: true } });
      return exit(machine, 5);
    }
    await db.worker.update({ where: { id }, data: described });
    const isOld = lived >= Number(environment["WORKER_MAX_LIFE"] ?? Infinity) * 1_000;
    const hasWork = await work(id, !isOld);
    if (hasWork) machine.idleSince = time();
    if (hasWork || !(isOld || time() - machine.idleSince >= IDLE_MS)) return;
    await db.worker.update({ where: { id }, data: { isStopping: true } });
    exit(machine, 0);
  }

  const backend: ComputeBackend = {
    async launch(order) {
      const isNew = !ordered.has(order.name);
      ordered.add(order.name);
      await onCall();
      if (isNew && time() > refused.at && time() < refused.until) early += 1;
      const known = machines.find((each) => each.order.name === order.name);
      if (lists === "ALL" && known !== undefined) return { ref: known.ref };
      const quirk = script.shift() ?? draw();
      if (quirk === "TOO_MANY_REQUESTS") {
        refused = { at: time(), until: time() + RETRY_AFTER_MS };
        throw new LaunchError("RATE_LIMITED", "429", { retryAfterMs: RETRY_AFTER_MS });
      }
      if (quirk === "NO_CAPACITY") throw new LaunchError("NO_CAPACITY", "None is free");
      if (quirk === "FAILS") throw new LaunchError("UNAVAILABLE", "500");
      const { ref } = start(order, quirk);
      if (quirk === "STARTS_TWICE") start(order, quirk);
      await onCall();
      if (quirk === "FAILS_AFTER_ACCEPTING") throw new LaunchError("UNAVAILABLE", "500");
      return { ref };
    },
    async list(_signal, known) {
      await onCall();
      return machines
        .filter(({ ref }) => lists === "ALL" || known.some((each) => each.ref === ref))
        .filter(({ quirk, exit: end, startedAt }) => {
          if (quirk === "FORGETS") return end === null && time() - startedAt < LISTED_LATE_MS;
          return quirk !== "LISTS_LATE" || time() - startedAt >= LISTED_LATE_MS;
        })
        .map(
          ({ order, ref, exit: end, runsAt }): Machine => ({
            name: order.name,
            ref,
            exitCode: end?.code ?? null,
            state: end !== null ? "ENDED" : time() < runsAt ? "STARTING" : "RUNNING",
          }),
        );
    },
    async stop({ ref }) {
      await onCall();
      const machine = machines.find((each) => each.ref === ref);
      if (machine?.exit === null) exit(machine, 143);
    },
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };

  return {
    backend,
    async pass() {
      await Promise.all(machines.map(run));
      const isForgotten = (machine: OwnMachine) =>
        machine.exit !== null && time() - machine.exit.at > REMEMBERED_MS;
      ended.push(...machines.filter(isForgotten));
      machines = machines.filter((machine) => !isForgotten(machine));
    },
    alive: () =>
      machines
        .filter(({ exit: end }) => end === null)
        .map(({ order, ref, quirk }) => ({ name: order.name, ref, quirk })),
    early: () => early,
    lives: () =>
      [...ended, ...machines].map((machine) => ({ from: machine.startedAt, to: machine.exit?.at ?? null })),
  };
}

/**
 * Machines that cost money, and that no open launch names: their names begin with `prefix`. `provider`: its
 * place in the list. `isKnown`: a launch has their reference.
 */
export async function unnamedMachines(db: PrismaClient, prefix: string, providers: readonly OddProvider[]) {
  const launches = await db.launch.findMany({ select: { id: true, ref: true, endedAt: true } });
  const byName = new Map(launches.map(({ id, ...launch }) => [prefix + id, launch]));
  return providers.flatMap((each, provider) =>
    each
      .alive()
      .filter(({ name }) => byName.get(name)?.endedAt !== null)
      .map(({ name, ref, quirk }) => ({ name, quirk, provider, isKnown: byName.get(name)?.ref === ref })),
  );
}
