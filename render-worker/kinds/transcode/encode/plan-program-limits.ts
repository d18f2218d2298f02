import type { Allowance } from "../../../config.ts";
import type { DevicePlan } from "../../../media/devices/index.ts";
import type { ProgramLimits } from "../../../programs/index.ts";

const gib = 1024 ** 3;

/** Limit as a multiple of the reserved memory. Estimates are off by a factor of two, and the limit counts address space, including the stacks of threads. */
const aboveReserved = 4;
const leastBytes = 2 * gib;
/** The worker watches CPU time and output as well, and says more about them: it must come first. */
const aboveAllowance = 1.25;
const spareCpuSeconds = 60;

/**
 * What the jail of a render bounds, far above what any honest one comes to: a decoder that a hostile file has taken over is held to it, too. Drivers
 * of GPUs map far more memory than they use, so a render on a device has no limit there. Pure.
 */
export function planProgramLimits(
  { cpuSeconds, outputBytes }: Allowance,
  devices: DevicePlan,
  reservedBytes: number | undefined,
): ProgramLimits {
  return {
    cpuSeconds: Math.ceil(cpuSeconds * aboveAllowance + spareCpuSeconds),
    fileSizeBytes: Math.ceil(outputBytes * aboveAllowance),
    ...(reservedBytes !== undefined &&
      !usesDevice(devices) && { memoryBytes: leastBytes + aboveReserved * reservedBytes }),
  };
}

export const usesDevice = ({ decodeOn, encoders }: DevicePlan): boolean =>
  decodeOn !== null || [...encoders.values()].some(({ device }) => device !== null);
