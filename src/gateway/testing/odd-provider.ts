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
] as const;
export type Quirk = (typeof quirks)[number];

/** Heartbeats, and how long a worker without a task stays. */
const IDLE_MS = 20_000;
const START_MS = 5_000;
const LATE_MS = 70_000;
const LISTED_LATE_MS = 30_000;

interface OwnMachine {
  ref: string;
  order: LaunchOrder;
  quirk: Quirk;
  startedAt: number;
  runsAt: number;
  endsAt: number;
  workerId: string | null;
  /** Null: it runs. */
  exit: { code: number | null } | null;
  idleSince: number;
}

interface Options {
  db: PrismaClient;
  clock: () => Date;
  /** What happens to the calls, one after the other; then all is fine. */
  script: Quirk[];
  /** Takes a waiting task and finishes it; false: none waits. */
  work: (workerId: string) => Promise<boolean>;
  /** Whether it lists its machines, or answers about those only whose `ref` is known. */
  lists: BackendKind["lists"];
}

export interface OddProvider {
  backend: ComputeBackend;
  /** What its machines do until now. */
  pass(): Promise<void>;
  /** Names of the machines that cost money. */
  alive(): string[];
}

export function createOddProvider({ db, clock, script, work, lists }: Options): OddProvider {
  const machines: OwnMachine[] = [];
  const time = () => clock().getTime();
  let refs = 0;

  const start = (order: LaunchOrder, quirk: Quirk): OwnMachine => {
    const runsAt =
      quirk === "NEVER_STARTS"
        ? Number.POSITIVE_INFINITY
        : time() + (quirk === "STARTS_LATE" ? LATE_MS : START_MS);
    const machine: OwnMachine = {
      ...{ ref: `m-${(refs += 1)}`, order, quirk, startedAt: time(), runsAt, workerId: null, exit: null },
      ...{ idleSince: time(), endsAt: time() + order.endsWithinSeconds * 1_000 },
    };
    machines.push(machine);
    return machine;
  };

  /** The worker program: joins once, works while there are tasks, drains, exits. */
  async function run(machine: OwnMachine): Promise<void> {
    if (machine.exit !== null || time() < machine.runsAt) return;
    if (time() >= machine.endsAt) return void (machine.exit = { code: null });
    const token = machine.order.environment["WORKER_JOIN_TOKEN"] ?? "";
    if (machine.workerId === null) {
      const joined = await join({ db, clock }, token, { hostname: machine.ref, version: "0" }).catch(
        () => null,
      );
      if (joined === null) return void (machine.exit = { code: 3 });
      machine.workerId = joined.workerId;
      machine.idleSince = time();
    }
    const id = machine.workerId;
    const worker = await db.worker.findUnique({ where: { id } });
    if (worker === null || (worker.tokenUntil ?? clock()) <= clock())
      return void (machine.exit = { code: 5 });
    if (machine.quirk === "DIES" && time() - machine.runsAt > START_MS)
      return void (machine.exit = { code: 137 });
    const { hostname: _name, startedAt: _start, ...described } = workerRow(id, { slots: 1, now: clock() });
    const isDrained = !(await work(id)) && time() - machine.idleSince >= IDLE_MS;
    await db.worker.update({ where: { id }, data: { ...described, isStopping: isDrained } });
    if (isDrained) machine.exit = { code: 0 };
  }

  const backend: ComputeBackend = {
    async launch(order) {
      const known = machines.find((each) => each.order.name === order.name);
      if (known !== undefined) return { ref: known.ref };
      const quirk = script.shift() ?? "FINE";
      if (quirk === "TOO_MANY_REQUESTS") throw new LaunchError("RATE_LIMITED", "429");
      if (quirk === "NO_CAPACITY") throw new LaunchError("NO_CAPACITY", "None is free");
      if (quirk === "FAILS") throw new LaunchError("UNAVAILABLE", "500");
      const { ref } = start(order, quirk);
      if (quirk === "STARTS_TWICE") start(order, quirk);
      if (quirk === "FAILS_AFTER_ACCEPTING") throw new LaunchError("UNAVAILABLE", "500");
      return { ref };
    },
    list: (_signal, known) =>
      Promise.resolve(
        machines
          .filter(({ ref }) => lists === "ALL" || known.some((each) => each.ref === ref))
          .filter(({ quirk, exit, startedAt }) => {
            if (quirk === "FORGETS") return exit === null && time() - startedAt < LISTED_LATE_MS;
            return quirk !== "LISTS_LATE" || time() - startedAt >= LISTED_LATE_MS;
          })
          .map(
            ({ order, ref, exit, runsAt }): Machine => ({
              name: order.name,
              ref,
              exitCode: exit?.code ?? null,
              state: exit !== null ? "ENDED" : time() < runsAt ? "STARTING" : "RUNNING",
            }),
          ),
      ),
    stop({ ref }) {
      const machine = machines.find((each) => each.ref === ref);
      if (machine) machine.exit ??= { code: 143 };
      return Promise.resolve();
    },
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };

  return {
    backend,
    async pass() {
      for (const machine of machines) await run(machine);
    },
    alive: () => machines.filter(({ exit }) => exit === null).map(({ order }) => order.name),
  };
}
