import { toSounds } from "@reelay/contracts";
import { planLadder } from "../../media/ladder/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { toAudioState } from "./audio-states.ts";
import type { TranscodeAttempt } from "./context.ts";
import { leaveOutUnencodable, renderInPasses } from "./encode/index.ts";
import { describeOutput, readRenditions, writeManifest } from "./finish/index.ts";
import type { PartDecision } from "./split/index.ts";
import { stillArriving, toVariantStates } from "./state/index.ts";

/**
 * Makes the head of a video from the beginning of its source, while the rest is on its way. Of the source nothing is told: what it is will be told by
 * whoever has the whole, and goes on from this head if it fits. Throws `SOURCE_STILL_ARRIVING` when the head cannot be made of what is there.
 */
export async function renderEarly(
  context: TranscodeAttempt,
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
