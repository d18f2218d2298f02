import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { BackendKind } from "./compute-backend.ts";
import { backendKinds, type ComputeBackend, LaunchError, type LaunchOrder, type Machine } from "./index.ts";
import { backendsUnderTest } from "./testing/adapters.ts";

const orderOf = (prefix: string): LaunchOrder => ({
  name: `${prefix}${randomUUID()}`,
  environment: {
    ...{ WORKER_MODE: "drain", WORKER_IDLE_EXIT: "20", WORKER_MAX_LIFE: "300" },
    ...{ WORKER_API_URL: "http://127.0.0.1:9", WORKER_JOIN_TOKEN: `rj_${"a".repeat(43)}` },
  },
  secretVariables: ["WORKER_JOIN_TOKEN"],
  endsWithinSeconds: 360,
});

function kindOf(name: string): BackendKind {
  const kind = backendKinds.find((each) => each.kind === name);
  if (kind === undefined) throw new Error(`${name} is not registered in backend-kinds.ts.`);
  return kind;
}

const isAlive = ({ state }: Machine): boolean => state !== "ENDED";

/** What the rows of launches name: `list` gets it, as from the launcher. */
class Launches {
  readonly known: Array<Pick<Machine, "name" | "ref">> = [];
  // Begins when the provider's stand-in runs, which is built at the first run.
  readonly signal = AbortSignal.timeout(120_000);

  async order(backend: ComputeBackend, order: LaunchOrder): Promise<{ ref: string }> {
    const { ref } = await backend.launch(order, this.signal);
    this.known.push({ name: order.name, ref });
    return { ref };
  }

  async until(backend: ComputeBackend, isSo: (machines: readonly Machine[]) => boolean) {
    for (;;) {
      const machines = await backend.list(this.signal, this.known);
      if (isSo(machines)) return machines;
      await sleep(50, undefined, { signal: this.signal });
    }
  }
}

test("every kind of back end runs this suite", () => {
  expect(backendsUnderTest.map(({ kind }) => kind).toSorted()).toEqual(
    backendKinds.map(({ kind }) => kind).toSorted(),
  );
});

describe.each(backendsUnderTest.map((each) => [each.kind, each] as const))("%s", (name, { open }) => {
  test("starts one machine per name, which all processes list and any of them stops", async () => {
    const { backend, again, prefix, close } = await open();
    const launches = new Launches();
    const { signal } = launches;
    const until = launches.until.bind(launches);
    try {
      await backend.check(signal);
      expect((await backend.list(signal, [])).filter(isAlive)).toEqual([]);
      const order = orderOf(prefix);
      const { ref } = await launches.order(backend, order);
      expect(await backend.launch(order, signal)).toEqual({ ref });
      await using other = again();
      const isListed = (machines: readonly Machine[]) => machines.some(isAlive);
      expect(await until(other, isListed)).toEqual([
        { name: order.name, ref, state: expect.stringMatching(/^(STARTING|RUNNING)$/), exitCode: null },
      ]);
      // Where a provider lists nothing, the order of a machine that a row names is never repeated.
      if (kindOf(name).lists === "ALL") expect(await other.launch(order, signal)).toEqual({ ref });
      const second = orderOf(prefix);
      await launches.order(backend, second);
      const alive = (await until(backend, (all) => all.filter(isAlive).length >= 2)).filter(isAlive);
      expect(alive.map(({ name }) => name).toSorted()).toEqual([order.name, second.name].toSorted());

      await other.stop({ name: order.name, ref }, signal);
      const left = await until(backend, (all) => all.filter(isAlive).length < 2);
      expect(left.filter(isAlive).map(({ name }) => name)).toEqual([second.name]);
      await other.stop({ name: order.name, ref }, signal);
      await backend.stop({ name: `${prefix}${randomUUID()}`, ref: "0" }, signal);
      for (const machine of alive) await backend.stop(machine, signal);
      await until(backend, (all) => !all.some(isAlive));
    } finally {
      await close();
    }
  });

  test("a request that is given up is UNAVAILABLE, and settings with an unknown field are refused", async () => {
    const { backend, prefix, close } = await open();
    try {
      const left = AbortSignal.abort();
      for (const call of [
        backend.launch(orderOf(prefix), left),
        backend.list(left, [{ name: `${prefix}1`, ref: "1" }]),
        backend.check(left),
        backend.stop({ name: `${prefix}1`, ref: "1" }, left),
      ]) {
        const error: unknown = await call.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(LaunchError);
        expect(error).toMatchObject({ code: "UNAVAILABLE" });
      }
      const deps = { prefix, secret: () => "secret", environment: {}, log: null as never };
      expect(() => kindOf(name).open({ colour: "blue" }, deps)).toThrow(
        expect.objectContaining({ code: "INVALID_REQUEST" }),
      );
    } finally {
      await close();
    }
  });
});

test("an error says what the provider said, in short and without secrets", () => {
  const error = new LaunchError("CREDENTIALS", "The provider refused the key", {
    said: `no: key-123\n Authorization: Bearer abcdefghijkl rj_${"b".repeat(43)} http://me:pw@host/ ${"x".repeat(999)}`,
    secrets: ["key-123"],
  });
  expect(error.message).toContain("no: … Authorization: Bearer … rj_… http://…@host/");
  expect(error.message.length).toBeLessThan(600);
  expect(error.message).toMatch(/restart the API with the new one\.$/);
});
