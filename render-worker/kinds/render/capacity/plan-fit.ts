import { estimateNeed, type NeededRung, type NeedInput, type Threads } from "../../../media/needs/index.ts";

/** The work of one ffmpeg process with its own decode. */
export interface Pass<R extends NeededRung> {
  rungs: readonly R[];
  /** The first pass makes the audio. */
  withAudio: boolean;
}

export interface Fit<R extends NeededRung> {
  passes: Pass<R>[];
  threads: Threads;
  /** Of the largest pass, before any correction. */
  estimatedBytes: number;
}

interface FitRequest<R extends NeededRung> {
  source: NeedInput["source"];
  /** In any order. */
  rungs: readonly R[];
  withAudio: boolean;
  /** ffmpeg's defaults. */
  threads: Threads;
  /** Memory available when nothing else runs. */
  capacityBytes: number;
  /** Factor for estimates. */
  correction: number;
  /** Factor for the smallest plan. If only this one fits, the plan runs alone. */
  leastCorrection: number;
}

/**
 * Finds the fastest plan within a worker's memory: one decode with all threads, else with fewer threads, else
 * several passes that each decode the source (critical rungs first, so that the video can play). A single
 * thread each comes last, since encoders of release 5 then wait for one another. If nothing fits, returns the
 * memory needed with the smallest correction: what other renders used is no reason to reject this one. Pure.
 */
export function planFit<R extends NeededRung & { tier: string }>(
  request: FitRequest<R>,
): { fit: Fit<R> } | { neededBytes: number } {
  const { source, capacityBytes, correction, leastCorrection } = request;
  const isSerial = ({ encode }: Threads) => encode === 1;
  const threads = halvings(request.threads);
  const ways = [threads.filter((count) => !isSerial(count)), threads.filter(isSerial)].flatMap((counts) =>
    waysToDivide(request).flatMap((passes) => counts.map((count) => ({ passes, threads: count }))),
  );
  const fits = ways.map(({ passes, threads }): Fit<R> => {
    const estimatedBytes = Math.max(...passes.map(({ rungs }) => estimateNeed({ source, rungs, threads })));
    return { passes, threads, estimatedBytes };
  });
  const quickest = fits.find(({ estimatedBytes }) => estimatedBytes * correction <= capacityBytes);
  if (quickest) return { fit: quickest };
  const smallest = fits.reduce((least, fit) => (fit.estimatedBytes < least.estimatedBytes ? fit : least));
  const neededBytes = Math.ceil(smallest.estimatedBytes * leastCorrection);
  return neededBytes <= capacityBytes ? { fit: smallest } : { neededBytes };
}

/** 3 and 6, 2 and 3, 1 and 2, 1 and 1. */
function halvings({ decode, encode }: Threads): Threads[] {
  const half = { decode: Math.ceil(decode / 2), encode: Math.ceil(encode / 2) };
  return decode === 1 && encode === 1 ? [{ decode, encode }] : [{ decode, encode }, ...halvings(half)];
}

/** All rungs at once, by tier, then one by one. Small ones first: they are cheap and play soon. */
function waysToDivide<R extends NeededRung & { tier: string }>({
  rungs,
  withAudio,
}: FitRequest<R>): Pass<R>[][] {
  const sorted = rungs.toSorted((a, b) => a.width * a.height - b.width * b.height);
  const groups = [
    [sorted],
    [...Map.groupBy(sorted, ({ tier }) => tier).values()],
    sorted.map((rung) => [rung]),
  ].filter((ways, index) => index === 0 || ways.length > 1);
  return groups.map((ways) =>
    ways.map((group, index) => ({ rungs: group, withAudio: withAudio && index === 0 })),
  );
}
