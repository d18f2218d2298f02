/** Events of launches, as the logs of operators show them. They quote no provider. Pure. */
import type { Pool } from "../../prisma/generated/enums.ts";
import type { recordOperatorEvents } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import type { PlannedPass } from "./plan-launches.ts";

type LaunchEvent = Parameters<typeof recordOperatorEvents>[1][number];

const launchIdOf = (id: string) => encodeGlobalId("Launch", id);
const reasonsOf = (passedOver: readonly PlannedPass[]) =>
  passedOver.map(({ target, code, shown: reason }) => ({ target, code, reason }));

interface Planned {
  id: string;
  target: string;
  pool: Pool;
  slots: number;
  passedOver: readonly PlannedPass[];
}

/** A machine is to be rented, and why not at targets before its own. */
export function eventsOfPlan({ id, target, pool, slots, passedOver }: Planned): LaunchEvent[] {
  const launch = { launchId: launchIdOf(id), target, pool };
  const planned: LaunchEvent = { type: "launch.planned", data: { ...launch, slots } };
  if (passedOver.length === 0) return [planned];
  return [planned, { type: "launch.fell-back", data: { ...launch, passedOver: reasonsOf(passedOver) } }];
}

/** A pool wants workers, and no target can start one now. */
export const eventOfNone = (pool: Pool, passedOver: readonly PlannedPass[]): LaunchEvent => ({
  type: "launch.unavailable",
  data: { pool, passedOver: reasonsOf(passedOver) },
});

export const eventOfStart = ({
  id,
  target,
  workerId,
}: Pick<Planned, "id" | "target"> & Worked): LaunchEvent => ({
  type: "launch.started",
  data: { launchId: launchIdOf(id), target, workerId },
});

interface Worked {
  workerId: string | null;
}

interface Ended extends Worked {
  id: string;
  target: string;
  is: "ENDED" | "FAILED";
  code: string;
  reason: string;
  costMicros: number;
}

export const eventOfEnd = ({ id, is, ...end }: Ended): LaunchEvent => ({
  type: is === "ENDED" ? "launch.ended" : "launch.failed",
  data: { launchId: launchIdOf(id), ...end },
});

export const eventOfOpening = (circuit: {
  target: string;
  code: string;
  reason: string;
  failures: number;
  openUntil: Date;
}): LaunchEvent => ({
  type: "launch.circuit-opened",
  data: { ...circuit, openUntil: circuit.openUntil.toISOString() },
});

export const eventOfClosing = (target: string): LaunchEvent => ({
  type: "launch.circuit-closed",
  data: { target },
});
