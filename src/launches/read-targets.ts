import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { toMicros } from "../prices/index.ts";
import type { LaunchPlan, LaunchTarget } from "./launch-settings.ts";

const HOUR_MS = 3_600_000;

/** A target with what is known of it. */
export interface KnownTarget extends LaunchTarget {
  openLaunches: number;
  /** Price of an hour of one machine, and of those that run now, in micro-USD. */
  machineHourMicros: number;
  hourlyMicros: number;
  /** Failures in a row. */
  failures: number;
  /** Until then it starts nothing. Null: it may. */
  openUntil: Date | null;
  /** Of the last failure; null after a success. */
  code: string | null;
  reason: string | null;
}

/** The targets of COMPUTE_LAUNCHES, in their order. Throws `ForbiddenError` without OPERATOR. */
export async function readTargets(
  { db, clock, launchPlan }: { db: PrismaClient; clock: () => Date; launchPlan?: LaunchPlan | undefined },
  viewer: Viewer,
): Promise<KnownTarget[]> {
  requireScope(viewer, "OPERATOR");
  const targets = launchPlan?.targets ?? [];
  const rows = await db.launchTarget.findMany({ where: { name: { in: targets.map(({ name }) => name) } } });
  const counts = await db.launch.groupBy({ by: ["target"], where: { endedAt: null }, _count: true });
  const running = await db.launch.groupBy({
    by: ["target"],
    where: { endedAt: null, acceptedAt: { not: null } },
    _sum: { secondPico: true },
  });
  const now = clock();
  return targets.map((target) => {
    const row = rows.find(({ name }) => name === target.name);
    const known = {
      openLaunches: counts.find((each) => each.target === target.name)?._count ?? 0,
      machineHourMicros: toMicros(target.offer.rate.slotSecond * target.offer.slots, HOUR_MS),
      hourlyMicros: toMicros(
        Number(running.find((each) => each.target === target.name)?._sum.secondPico ?? 0),
        HOUR_MS,
      ),
      failures: row?.failures ?? 0,
      openUntil: row?.openUntil && row.openUntil > now ? row.openUntil : null,
      code: row?.code ?? null,
      reason: row?.reason ?? null,
    };
    return Object.assign(known, target);
  });
}
