import { estimateNeed, type NeededRung, type NeedInput, type Threads } from "../../../media/needs/index.ts";

/** What one ffmpeg makes, from a decode of its own. */
export interface Pass<R extends NeededRung> {
  rungs: readonly R[];
  /** The sound is made by the first. */
  withAudio: boolean;
}

export interface Fit<R extends NeededRung> {
  passes: Pass<R>[];
  threads: Threads;
  /** Before any correction, of the largest pass. */
  estimatedBytes: number;
}

interface FitRequest<R extends NeededRung> {
  source: NeedInput["source"];
  /** Any order. */
  rungs: readonly R[];
  withAudio: boolean;
  /** What ffmpeg would take by itself. */
  threads: Threads;
  /** What there is when nothing else runs. */
  capacityBytes: number;
  /** What estimates are multiplied by. */
  correction: number;
  /** The same for the smallest way, which is taken where it fits only by this: then it is to run alone. */
  leastCorrection: number;
}

/**
 * The quickest way to make the rungs within a worker's memory: all from one decode with as many threads as there are processors for, else
 * with fewer threads, else in several passes (critical rungs first: a video can play from them), each decoding the source anew. One thread
 * each comes last: encoders of release 5 then wait for one another. When not even that fits, the bytes that would be needed by the least
 * correction: what other renders needed is no reason to refuse this one. Pure.
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

/** All at once; tier by tier; rung by rung. Small ones first: they cost little and play soon. */
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
