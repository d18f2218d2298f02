import { setTimeout as delay } from "node:timers/promises";
import type { Part } from "../processes/part.ts";
import type { System } from "../processes/system.ts";
import type { TcpProxy } from "../proxy/tcp-proxy.ts";
import { describeFault, type Fault, type PlannedFault } from "./fault.ts";

/**
 * Injects the planned faults on schedule and resolves when the last one is over. Everything is repaired
 * afterwards.
 */
export async function injectFaults(
  system: System,
  plan: readonly PlannedFault[],
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<void> {
  const begun = performance.now();
  const running = plan.map(async (planned) => {
    const wait = planned.atMs - (performance.now() - begun);
    await delay(Math.max(0, wait), undefined, { signal });
    print(describeFault(planned));
    await inject(system, planned.fault, signal);
  });
  try {
    for (const result of await Promise.allSettled(running)) {
      if (result.status === "rejected" && !signal.aborted) throw result.reason;
    }
  } finally {
    await heal(system);
  }
}

async function inject(system: System, fault: Fault, signal: AbortSignal): Promise<void> {
  const wait = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);
  switch (fault.kind) {
    case "kill": {
      const part = partOf(system, fault.part);
      await part.kill();
      await wait(fault.downMs);
      return await part.start();
    }
    case "freeze": {
      const part = partOf(system, fault.part);
      await part.freeze();
      await wait(fault.forMs);
      return await part.thaw();
    }
    case "cut":
      return linkOf(system, fault.link).cut();
    case "delay": {
      const link = linkOf(system, fault.link);
      link.set({ kind: "delayed", byMs: fault.byMs });
      await wait(fault.forMs);
      return link.set({ kind: "open" });
    }
    case "half-open": {
      const link = linkOf(system, fault.link);
      link.set({ kind: "silent" });
      await wait(fault.forMs);
      if (fault.after === "reset") link.cut();
      return link.set({ kind: "open" });
    }
    case "disk-full":
      await system.store.fill();
      await wait(fault.forMs);
      return await system.store.empty();
  }
}

/** Undoes every fault: restarts killed parts, resumes frozen ones, opens every link. */
export async function heal(system: System): Promise<void> {
  await system.store.empty();
  for (const link of system.links) link.set({ kind: "open" });
  await Promise.all(
    partsOf(system).map(async (part) => {
      await part.thaw();
      await part.start();
    }),
  );
}

const partsOf = ({ apis, workers, broker, postgres }: System): Part[] => [
  ...apis,
  ...workers,
  broker,
  postgres,
];

function partOf(system: System, name: string): Part {
  const part = partsOf(system).find((one) => one.name === name);
  if (part === undefined) throw new Error(`There is no part named ${name}.`);
  return part;
}

function linkOf(system: System, name: string): TcpProxy {
  const link = system.links.find((one) => one.name === name);
  if (link === undefined) throw new Error(`There is no link named ${name}.`);
  return link;
}
