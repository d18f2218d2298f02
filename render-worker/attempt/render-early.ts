import { toSounds } from "@reelay/contracts";
import { planLadder } from "../ladder/plan-ladder.ts";
import type { PartDecision } from "../part/decide-part.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { toAudioState } from "../sound/audio-states.ts";
import { toVariantStates } from "./attempt-state.ts";
import type { AttemptContext } from "./context.ts";
import { describeOutput } from "./describe-output.ts";
import { readRenditions } from "./read-renditions.ts";
import { renderInPasses } from "./render-in-passes.ts";
import { stillArriving } from "./still-arriving.ts";
import { leaveOutUnencodable } from "./without-encoder.ts";
import { writeManifest } from "./write-manifest.ts";

/**
 * Makes the head of a video from the beginning of its source, while the rest is on its way. Of the source nothing is told: what it is will be told by
 * whoever has the whole, and goes on from this head if it fits. Throws `SOURCE_STILL_ARRIVING` when the head cannot be made of what is there.
 */
export async function renderEarly(
  context: AttemptContext,
  source: SourceFile,
  part: PartDecision,
): Promise<void> {
  const { task, state, tools } = context;
  if (part.kind !== "HEAD") throw stillArriving("it is to be made in one piece");
  const ladder = planLadder(task.profile, source.probe);
  const variants = toVariantStates(ladder, task);
  const { sounds } = source;
  state.update((before) => ({
    ...before,
    variants,
    ...toSounds(sounds.map((track) => toAudioState(track, source, task, []))),
    parts: [],
  }));
  const wanted = ladder.rungs.filter(({ name }) =>
    variants.some((variant) => variant.name === name && variant.status === "PENDING"),
  );
  const rungs = leaveOutUnencodable(wanted, tools, (change) => state.update(change));
  if (rungs.length === 0) throw stillArriving("no variant is to be made of it");
  const made = await renderInPasses(context, { source, rungs, sounds, part });
  const provenance = await describeOutput(context, await readRenditions(context, rungs), [made]);
  await writeManifest(context, source, { provenance, sourceHash: null, quality: {} });
}
