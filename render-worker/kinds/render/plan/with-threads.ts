import { type RenderPlan, words } from "../../../media/ffmpeg/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { Threads } from "../../../media/needs/index.ts";

/** Pixels that one thread encodes of a drawing while ffmpeg scales the next frame. */
const PIXELS_PER_THREAD = 1_000_000;

/**
 * Sets the numbers of threads in a plan. ffmpeg's defaults use the visible processors, which in a container
 * are the machine's and not the quota's: on a large machine hundreds of threads would share two processors,
 * each with a frame in memory. Pure.
 *
 * @param threads absent: ffmpeg's defaults
 * @param isDrawn whether the pictures are drawn
 */
export function withThreads(
  plan: RenderPlan,
  threads: Threads | undefined,
  { rungs, isDrawn }: { rungs: readonly PlannedRung[]; isDrawn: boolean },
): RenderPlan {
  const numbers = isDrawn ? planDrawnThreads(rungs) : new Map<string, number>();
  const encode = (name: string): number | undefined => {
    const [own, most] = [numbers.get(name), threads?.encode];
    return own === undefined || most === undefined ? (own ?? most) : Math.min(own, most);
  };
  const names = new Set(rungs.map(({ name }) => name));
  return {
    ...plan,
    inputOptions: [
      ...plan.inputOptions,
      ...(threads ? words(`-filter_complex_threads ${threads.encode} -threads ${threads.decode}`) : []),
    ],
    outputs: plan.outputs.map((output) => {
      const count = names.has(output.name) ? encode(output.name) : undefined;
      return count === undefined
        ? output
        : { ...output, options: [...output.options, ...words(`-threads ${count}`)] };
    }),
  };
}

/**
 * Threads of libx264 for drawings, by rung. Their frames are encoded faster than they are scaled, so more
 * threads only wait for each other: five rungs below 1080p with one thread each and 1080p with two took 5.3 s
 * of CPU time instead of 5.5 to 6.4 for 13 s of a quiz, in the same time. The largest rung has two, since the
 * encoders of ffmpeg 5 run one after the other otherwise.
 */
function planDrawnThreads(rungs: readonly PlannedRung[]): ReadonlyMap<string, number> {
  const pixels = ({ width, height }: PlannedRung) => width * height;
  const most = Math.max(...rungs.map(pixels));
  return new Map(
    rungs.map((rung) => [
      rung.name,
      Math.max(pixels(rung) === most ? 2 : 1, Math.floor(pixels(rung) / PIXELS_PER_THREAD)),
    ]),
  );
}
