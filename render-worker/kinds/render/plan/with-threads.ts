import { type RenderPlan, words } from "../../../media/ffmpeg/index.ts";
import type { Threads } from "../../../media/needs/index.ts";

/**
 * Sets the numbers of threads in a plan. ffmpeg's defaults use the visible processors, which in a container
 * are the machine's and not the quota's: on a large machine hundreds of threads would share two processors,
 * each with a frame in memory. Pure.
 *
 * @param rungs names of the video outputs
 */
export function withThreads(
  plan: RenderPlan,
  threads: Threads | undefined,
  rungs: readonly string[],
): RenderPlan {
  if (threads === undefined) return plan;
  return {
    ...plan,
    inputOptions: [
      ...plan.inputOptions,
      ...words(`-filter_complex_threads ${threads.encode} -threads ${threads.decode}`),
    ],
    outputs: plan.outputs.map((output) =>
      rungs.includes(output.name)
        ? { ...output, options: [...output.options, ...words(`-threads ${threads.encode}`)] }
        : output,
    ),
  };
}
