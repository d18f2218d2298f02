import { inSpan } from "@reelay/telemetry";
import { planLadder } from "../ladder/plan-ladder.ts";
import { decidePart } from "../part/decide-part.ts";
import { probeSource } from "../probe/probe-source.ts";
import { acquireSource } from "./acquire-source.ts";
import { toVariantStates } from "./attempt-state.ts";
import { tracerName } from "./attempt-trace.ts";
import type { AttemptContext } from "./context.ts";
import { type Outcome, toOutcome } from "./outcome.ts";
import { renderAndPublish } from "./render-and-publish.ts";
import { renderRest } from "./render-rest.ts";
import { renderReplacing } from "./replace-encoder.ts";
import { writeManifest } from "./write-manifest.ts";

/** One try of a task, from the source to stored renditions. What happened is the value; nothing is thrown. */
export async function runAttempt(context: AttemptContext): Promise<Outcome> {
  try {
    const { task, config, state, tools, signal } = context;
    const step = <T>(name: string, work: () => Promise<T>) =>
      inSpan(tracerName, name, { parent: context.trace }, work);
    const { key, ...file } = await step("fetch", () =>
      acquireSource(task.source, {
        store: context.store,
        directory: context.directory.path,
        signal,
        limits: config.limits,
        fetch: config.fetch,
      }),
    );
    const { contentType, sizeBytes } = file;
    const isRest = task.part?.kind === "CHUNK" || task.part?.kind === "AUDIO";
    if (!isRest)
      state.update((before) => ({ ...before, source: { key, sizeBytes, contentType, probe: null } }));

    const source = await step("probe", () =>
      probeSource(file, { ffprobePath: tools.ffprobe.path, limits: config.limits, signal }),
    );
    const part = decidePart(task.part, source);
    if (part.kind === "CHUNK" || part.kind === "AUDIO") {
      await renderRest(context, source, part);
      return { kind: "COMPLETED" };
    }
    const ladder = planLadder(task.profile, source.probe);
    const variants = toVariantStates(ladder, task);
    const hasAudio = source.audioIndex !== null;
    const keptAudio = task.keep.audio?.playlist?.isComplete ? task.keep.audio : null;
    const newAudio = hasAudio
      ? {
          codec: task.profile.audio.codec,
          channels: 2,
          language: source.probe.audio?.language ?? null,
          playlist: null,
        }
      : null;
    state.update((before) => ({
      ...before,
      source: { key, sizeBytes, contentType, probe: source.probe },
      variants,
      audio: hasAudio ? (keptAudio ?? newAudio) : null,
      ...(part.kind === "HEAD" && { parts: [] }),
    }));

    const pending = new Set(variants.filter(({ status }) => status === "PENDING").map(({ name }) => name));
    const rungs = ladder.rungs.filter(({ name }) => pending.has(name));
    const withAudio = hasAudio && keptAudio === null;
    if (rungs.length > 0 || withAudio) {
      const made = await renderReplacing(context, { source, rungs, withAudio, part }, renderAndPublish);
      await writeManifest(context, source, made);
    }
    return { kind: "COMPLETED" };
  } catch (thrown) {
    const outcome = toOutcome(thrown, context.signal);
    if ("error" in outcome) context.log.warn({ err: thrown, code: outcome.error.code }, "attempt.failed");
    return outcome;
  }
}
