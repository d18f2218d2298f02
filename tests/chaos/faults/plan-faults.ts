import type { Random } from "../random.ts";
import { type Fault, lengthOf, type PlannedFault, subjectOf } from "./fault.ts";

export interface PlanOptions {
  /** Time span for all faults. */
  durationMs: number;
  apis: readonly string[];
  workers: readonly string[];
  links: readonly string[];
  /** True if the store can be filled. */
  canFill: boolean;
}

/** Durations below the lease of 30 s, and above it. */
const SHORT = [1_000, 9_000] as const;
const PAST_LEASE = [33_000, 45_000] as const;

/**
 * Deals faults like cards from a shuffled deck, so that a run of any length covers as many kinds as possible;
 * an empty deck is dealt again. Concurrent faults are intended, but not two on the same part.
 */
export function planFaults(random: Random, options: PlanOptions): PlannedFault[] {
  const plan: PlannedFault[] = [];
  const busyUntil = new Map<string, number>();
  let deck: Fault[] = [];
  for (let atMs = 2_000; atMs < options.durationMs; atMs += random.int(600, 4_000)) {
    if (deck.length === 0) deck = random.shuffle(dealDeck(random, options));
    const fits = (fault: Fault) =>
      atMs + lengthOf(fault) <= options.durationMs && (busyUntil.get(subjectOf(fault)) ?? 0) <= atMs;
    const index = deck.findIndex(fits);
    if (index === -1) {
      deck = deck.filter((fault) => atMs + lengthOf(fault) <= options.durationMs);
      continue;
    }
    const [fault] = deck.splice(index, 1) as [Fault];
    busyUntil.set(subjectOf(fault), atMs + lengthOf(fault) + 3_000);
    plan.push({ atMs, fault });
  }
  return plan;
}

function dealDeck(random: Random, { apis, workers, links, canFill }: PlanOptions): Fault[] {
  const kill = (part: string): Fault => ({ kind: "kill", part, downMs: random.int(300, 8_000) });
  const freeze = (part: string, [min, max]: readonly [number, number]): Fault => ({
    kind: "freeze",
    part,
    forMs: random.int(min, max),
  });
  const parts = [...apis, ...workers, "broker", "postgres"];
  return [
    ...parts.map(kill),
    ...workers.map(kill),
    ...parts.map((part) => freeze(part, SHORT)),
    freeze(random.pick(workers), PAST_LEASE),
    freeze(random.pick(workers), PAST_LEASE),
    freeze(random.pick(apis), PAST_LEASE),
    ...links.map((link): Fault => ({ kind: "cut", link })),
    ...random
      .shuffle(links)
      .slice(0, 4)
      .map(
        (link): Fault => ({
          kind: "delay",
          link,
          byMs: random.int(50, 1_500),
          forMs: random.int(2_000, 10_000),
        }),
      ),
    ...random
      .shuffle(links)
      .slice(0, 5)
      .map(
        (link): Fault => ({
          kind: "half-open",
          link,
          forMs: random.int(2_000, random.chance(0.3) ? 40_000 : 12_000),
          after: random.pick(["resume", "reset"] as const),
        }),
      ),
    ...(canFill ? [0, 1].map((): Fault => ({ kind: "disk-full", forMs: random.int(2_000, 9_000) })) : []),
  ];
}
