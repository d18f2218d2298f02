import { toMicros } from "./money.ts";

interface Machine {
  acceptedAt: Date | null;
  endedAt: Date | null;
  secondPico: bigint;
  minimumSeconds: number;
}

/** What a launch has cost so far, in micro-USD: from the provider's acceptance to the end. Pure. */
export function spentMicros({ acceptedAt, endedAt, secondPico, minimumSeconds }: Machine, now: Date): number {
  if (acceptedAt === null) return 0;
  const ms = Math.max(0, (endedAt ?? now).getTime() - acceptedAt.getTime());
  return toMicros(Number(secondPico), Math.max(ms, minimumSeconds * 1_000));
}
