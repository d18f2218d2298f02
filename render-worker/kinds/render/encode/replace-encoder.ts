import { rm } from "node:fs/promises";
import { join } from "node:path";
import { audioTracksOf, type RenderState } from "@reelay/contracts";
import { retriableError } from "../../../errors.ts";
import {
  DeviceFailure,
  type DevicePlan,
  describeEncoder,
  deviceTable,
} from "../../../media/devices/index.ts";
import { STATISTICS_FILE } from "../../../media/ffmpeg/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { RenderAttempt } from "../context.ts";
import type { Made, RenderRound, RenderWork } from "./render-work.ts";

export type Render = (context: RenderAttempt, work: RenderRound) => Promise<Made>;

/**
 * Renders with the working encoders. If an encoder or decoder of a device fails, the same attempt continues
 * with the next one. Finished variants stay. Others restart from their beginning in a new folder, since
 * another encoder's segments cannot continue those of the first. The job's end removes the abandoned output,
 * like everything that the video does not use. The attempt's state reports the change. The failure counts
 * against the encoder only if its replacement succeeds, since a damaged source fails with any.
 */
export async function renderReplacing(
  context: RenderAttempt,
  work: RenderWork,
  render: Render,
): Promise<Made> {
  const { encoders, log, state } = context;
  const excluded = new Set<string>();
  let left = work;
  for (let round = 1; ; round += 1) {
    using taken = encoders.take({ video: work.source.probe.video, rungs: left.rungs, excluded });
    assertMakeable(left.rungs, taken.plan);
    try {
      const suffix = round === 1 ? "" : `.${round}`;
      const made = await render(context, { ...left, devices: taken.plan, suffix });
      for (const encoder of excluded) {
        if (!encoders.failed(encoder)) continue;
        log.warn({ encoder }, "encoder.disabled");
        context.offerChanged();
      }
      return made;
    } catch (error) {
      if (!(error instanceof DeviceFailure)) throw error;
      const { keys, what, reason } = error.blame;
      for (const key of keys) excluded.add(key);
      left = unfinished(left, state.current);
      await clearLocal(context, left);
      using next = encoders.take({ video: work.source.probe.video, rungs: left.rungs, excluded });
      const to = describePlan(next.plan);
      const change = {
        ...{ from: what, to, reason, at: new Date().toISOString() },
        variants: left.rungs.map(({ name }) => name),
      };
      log.warn({ ...change, err: error }, "encoder.replaced");
      state.update((before) => ({ ...before, encoderChanges: [...(before.encoderChanges ?? []), change] }));
    }
  }
}

function assertMakeable(rungs: readonly PlannedRung[], { encoders }: DevicePlan): void {
  const rung = rungs.find(({ name }) => !encoders.has(name));
  if (rung === undefined) return;
  throw retriableError(
    "WORKER",
    "NO_ENCODER",
    `This worker has no working encoder for ${rung.codec}, which ${rung.name} needs. Start one whose ffmpeg has such an encoder (\`npm run doctor\` shows what works).`,
  );
}

/** The renditions that are not complete in the store. */
function unfinished(work: RenderWork, state: RenderState): RenderWork {
  const isDone = (name: string) =>
    state.variants.some((variant) => variant.name === name && variant.playlist?.isComplete === true) ||
    audioTracksOf(state).some((audio) => audio.name === name && audio.playlist?.isComplete === true) ||
    state.parts?.some(
      ({ rendition, isComplete, endMs }) =>
        rendition === name && isComplete && endMs === work.part.span.endMs,
    ) === true;
  return {
    ...work,
    rungs: work.rungs.filter(({ name }) => !isDone(name)),
    audioTracks: work.audioTracks.filter(({ name }) => !isDone(name)),
  };
}

const namesOf = ({ rungs, audioTracks }: RenderWork): string[] =>
  [...rungs, ...audioTracks].map(({ name }) => name);

/** Removes local files of renditions that are made again, which would otherwise count as new. */
export async function clearLocal({ directory }: RenderAttempt, work: RenderWork): Promise<void> {
  for (const name of [...namesOf(work), STATISTICS_FILE]) {
    await rm(join(directory.path, name), { recursive: true, force: true });
  }
}

function describePlan({ decodeOn, encoders }: DevicePlan): string {
  const made = [...new Set([...encoders.values()].map(describeEncoder))].join(", ");
  const decoder = decodeOn === null ? "" : `, decoded by ${deviceTable[decodeOn.kind].label}`;
  return `${made}${decoder}`;
}
