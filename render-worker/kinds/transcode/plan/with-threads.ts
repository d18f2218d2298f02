import { type RenderPlan, words } from "../../../media/ffmpeg/index.ts";
import type { Threads } from "../../../media/needs/index.ts";

/**
 * A plan with the numbers of threads laid down. By itself ffmpeg goes by the processors that it sees, which in a container are the machine's
 * and not those of its quota: on a large one hundreds of threads would share two processors, each with a picture in memory. Pure.
 *
 * @param rungs names of the outputs that are encoded pictures
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
