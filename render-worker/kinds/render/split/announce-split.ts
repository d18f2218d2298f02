import type { RenderState } from "@reelay/contracts";
import type { StateCell } from "../../../attempt/index.ts";
import type { DevicePlan } from "../../../media/devices/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { AudioTrack } from "../../../media/probe/index.ts";
import type { RestDecision } from "./decide-rest.ts";

/** The work of the tasks after the head. */
export interface SplitWork {
  headEndMs: number;
  /** All rungs, in however many passes the head makes them. */
  rungs: readonly PlannedRung[];
  audioTracks: readonly AudioTrack[];
}

/** Measurements of the head, and its encoders. */
interface HeadMade {
  /** Null if the head was too short to measure. */
  pixelsPerSecond: number | null;
  devices: Pick<DevicePlan, "encoders">;
  decision?: Pick<RestDecision, "leadInMs">;
}

/**
 * Reports once what the other tasks make, and this worker's speed, before its own work is done, so that they
 * can start.
 */
export function announceSplit(
  state: StateCell<RenderState>,
  { headEndMs, rungs, audioTracks }: SplitWork,
  { pixelsPerSecond, devices, decision }: HeadMade,
): void {
  if (state.current.split) return;
  const renditions = [...rungs, ...audioTracks].map(({ name }) => name);
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
