import type { RenderState } from "@reelay/contracts";
import type { StateCell } from "../../../attempt/index.ts";
import type { DevicePlan } from "../../../media/devices/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { SoundTrack } from "../../../media/probe/index.ts";
import type { RestDecision } from "./decide-rest.ts";

/** What of a video is to be made by tasks for what the head leaves. */
export interface SplitWork {
  headEndMs: number;
  /** All that are to be made, in however many goes the head makes them. */
  rungs: readonly PlannedRung[];
  sounds: readonly SoundTrack[];
}

/** What was measured of the head and said of how it is made. */
interface HeadMade {
  /** Null if the head was too short for that. */
  pixelsPerSecond: number | null;
  devices: Pick<DevicePlan, "encoders">;
  decision?: Pick<RestDecision, "leadInMs">;
}

/**
 * Says once what the tasks for the rest are to make, and how fast this worker is: earlier than its own work is done, so that others can begin.
 */
export function announceSplit(
  state: StateCell<RenderState>,
  { headEndMs, rungs, sounds }: SplitWork,
  { pixelsPerSecond, devices, decision }: HeadMade,
): void {
  if (state.current.split) return;
  const renditions = [...rungs, ...sounds].map(({ name }) => name);
  const needed = rungs.reduce((sum, rung) => sum + pixelsPerVideoSecond(rung), 0);
  const speed =
    pixelsPerSecond === null || needed === 0
      ? null
      : Math.max(0.001, Math.round((pixelsPerSecond / needed) * 1000) / 1000);
  const encoders = Object.fromEntries([...devices.encoders].map(([name, { row }]) => [name, row.name]));
  const leadInMs = decision?.leadInMs ?? null;
  const split = { headEndMs, renditions, speed, encoders, ...(leadInMs !== null && { leadInMs }) };
  // The tasks for the rest wait for it.
  state.update((before) => ({ ...before, split }), "NOW");
}

const pixelsPerVideoSecond = ({ width, height, frameRate }: PlannedRung): number =>
  width * height * (frameRate ?? 30);
