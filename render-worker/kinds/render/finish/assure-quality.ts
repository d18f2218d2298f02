import type { Quality, RenderState, VariantState } from "@reelay/contracts";
import { StateCell } from "../../../attempt/index.ts";
import { reserveMemory } from "../../../host/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import { measureQuality, planFiner } from "../../../media/quality/index.ts";
import type { RenderAttempt } from "../context.ts";
import {
  clearLocal,
  type Made,
  type RenderWork,
  renderAndPublish,
  renderWithinMemory,
} from "../encode/index.ts";
import { readRenditions } from "./read-renditions.ts";

/** The final output, and its measured quality. */
interface Assured {
  made: Made[];
  quality: Record<string, Quality>;
}

/**
 * Ensures that no variant misses its profile's minimum unnoticed: variants with a minimum are measured before
 * the attempt ends, and encoded once more, finer, in another folder if they miss it; the first version plays
 * meanwhile. Parts of a video are only measured, since reported parts already play and must not change. Does
 * nothing without a minimum.
 */
export async function assureQuality(context: RenderAttempt, work: RenderWork, first: Made): Promise<Assured> {
  if (!work.rungs.some(({ minVmaf }) => minVmaf !== undefined)) return { made: [first], quality: {} };
  const measure = async (names?: ReadonlySet<string>) => {
    const renditions = await readRenditions(context, work.rungs);
    return await measureQuality(
      renditions.filter(({ variant }) => names?.has(variant.name) ?? true),
      {
        ...context,
        source: work.source,
        directory: context.directory.path,
        limits: context.config.limits,
        isAwaited: true,
        reserveMemory: (need, work) => reserveMemory(context, need, () => work(context.signal)),
      },
    );
  };
  const quality = await measure();
  const finer = work.part.kind === "WHOLE" ? planAgain(context.state.current, work.rungs, quality) : [];
  if (finer.length === 0) {
    context.state.update(withJudged);
    return { made: [first], quality };
  }
  context.log.info(
    { finer: finer.map(({ name, qualityOffset }) => ({ name, qualityOffset })) },
    "variant.re-encoded",
  );
  const second = await makeAgain(context, { ...work, rungs: finer, audioTracks: [] });
  const again = await measure(new Set(finer.map(({ name }) => name)));
  context.state.update(withJudged);
  return { made: [first, second], quality: { ...quality, ...again } };
}

function planAgain(
  { variants }: RenderState,
  rungs: readonly PlannedRung[],
  quality: Record<string, Quality>,
): PlannedRung[] {
  return rungs.flatMap((rung) => {
    const playlist = variants.find(({ name }) => name === rung.name)?.playlist;
    return (playlist && planFiner(rung, quality[rung.name], playlist.averageBandwidthBps)) ?? [];
  });
}

/** Not reported until complete: the first version stays in place. */
async function makeAgain(context: RenderAttempt, work: RenderWork): Promise<Made> {
  await clearLocal(context, work);
  using state = new StateCell(context.state.current, () => undefined);
  const made = await renderWithinMemory({ ...context, state }, work, (own, { suffix, ...round }) =>
    renderAndPublish(own, { ...round, suffix: `.finer${suffix}` }),
  );
  const offsets = new Map(work.rungs.map(({ name, qualityOffset }) => [name, qualityOffset]));
  const isNew = ({ name }: VariantState) => offsets.has(name);
  context.state.update((before) => ({
    ...before,
    variants: before.variants.map((variant) => {
      const whole = isNew(variant) && state.current.variants.find(({ name }) => name === variant.name);
      const qualityOffset = offsets.get(variant.name);
      return whole
        ? { ...variant, playlist: whole.playlist, ...(qualityOffset !== undefined && { qualityOffset }) }
        : variant;
    }),
  }));
  return made;
}

/** Measured variants are ready, whatever the result. */
const withJudged = (state: RenderState): RenderState => ({
  ...state,
  variants: state.variants.map((variant) =>
    variant.status === "RENDERING" && variant.playlist?.isComplete
      ? { ...variant, status: "READY" }
      : variant,
  ),
});
