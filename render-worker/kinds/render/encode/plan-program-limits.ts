import type { Allowance } from "../../../config.ts";
import type { DevicePlan } from "../../../media/devices/index.ts";
import type { ProgramLimits } from "../../../programs/index.ts";

const GIB = 1024 ** 3;

/**
 * Limit as a multiple of the reserved memory. Estimates are off by up to a factor of two, and the limit
 * counts address space, including the stacks of threads.
 */
const ABOVE_RESERVED = 4;
const LEAST_BYTES = 2 * GIB;
/** The worker also watches CPU time and output, with better errors, so its limits must come first. */
const ABOVE_ALLOWANCE = 1.25;
const SPARE_CPU_SECONDS = 60;

/**
 * Limits of a render's jail, far above any regular render: they also bind a decoder that a hostile file has
 * taken over. GPU drivers map far more memory than they use, so renders on a device have no memory limit.
 * Pure.
 */
export function planProgramLimits(
  { cpuSeconds, outputBytes }: Allowance,
  devices: DevicePlan,
  reservedBytes: number | undefined,
): ProgramLimits {
  return {
    cpuSeconds: Math.ceil(cpuSeconds * ABOVE_ALLOWANCE + SPARE_CPU_SECONDS),
    fileSizeBytes: Math.ceil(outputBytes * ABOVE_ALLOWANCE),
    ...(reservedBytes !== undefined &&
      !usesDevice(devices) && { memoryBytes: LEAST_BYTES + ABOVE_RESERVED * reservedBytes }),
  };
}

export const usesDevice = ({ decodeOn, encoders }: DevicePlan): boolean =>
  decodeOn !== null || [...encoders.values()].some(({ device }) => device !== null);
