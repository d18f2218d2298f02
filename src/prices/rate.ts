import { z } from "zod";
import { toMicros } from "./money.ts";

const pico = z.int().nonnegative();

/** What a task costs on a machine: the prices in force when it started, which an attempt keeps. */
export const Rate = z.object({
  version: z.literal(1),
  /** Name of the offer, and date of its prices. */
  offer: z.string(),
  pricesOf: z.string(),
  /** Picodollars per second of a slot, busy or waiting. */
  slotSecond: pico,
  /** Picodollars per second of processor time. */
  cpuSecond: pico,
  /** Picodollars per object written. */
  object: pico,
  /** Picodollars per GiB read from the store; 0 within its network. */
  egressGib: pico,
});
export type Rate = z.infer<typeof Rate>;

/** What a task took. */
export interface Consumption {
  /** In a slot. */
  wallSeconds: number;
  /** Processor time of all cores. */
  cpuSeconds: number;
  objects: number;
  bytesRead: number;
}

/** Micro-USD by reason. */
export interface CostLines {
  computeMicros: number;
  objectsMicros: number;
  egressMicros: number;
}

const GIB = 1024 ** 3;

/** Pure. */
export const costOf = (
  rate: Rate,
  { wallSeconds, cpuSeconds, objects, bytesRead }: Consumption,
): CostLines => ({
  computeMicros:
    toMicros(rate.slotSecond, wallSeconds * 1_000) + toMicros(rate.cpuSecond, cpuSeconds * 1_000),
  objectsMicros: toMicros(rate.object, objects * 1_000),
  egressMicros: toMicros(rate.egressGib, (bytesRead / GIB) * 1_000),
});

export const totalOf = ({ computeMicros, objectsMicros, egressMicros }: CostLines): number =>
  computeMicros + objectsMicros + egressMicros;

/** Whether every task is free at this rate. */
export const isFree = ({ slotSecond, cpuSecond, object, egressGib }: Rate): boolean =>
  slotSecond + cpuSecond + object + egressGib === 0;
