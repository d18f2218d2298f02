import { toSounds } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../../attempt/attempt-trace.ts";
import type { AttemptContext } from "../../attempt/context.ts";
import { type Outcome, toOutcome } from "../../attempt/outcome.ts";
import { reserveMemory } from "../../host/memory/reserve-memory.ts";
import { planLadder } from "../../media/ladder/plan-ladder.ts";
import { reportedProbe } from "../../media/probe/source-file.ts";
import { wholeSpan } from "../../media/timeline/render-span.ts";
import { makeDownload } from "../download/make-download.ts";
import { acquireTaskSource, reading } from "../ffmpeg/acquire-source.ts";
import { probeWithinMemory } from "../ffmpeg/probe-within-memory.ts";
import { makeFollowUp } from "../make-follow-up.ts";
import { keptSounds, toAudioState } from "./audio-states.ts";
import { besideEncode } from "./copy/beside-encode.ts";
import { judgeSource } from "./copy/judge-source.ts";
import type { Judgement } from "./copy/plan-instant.ts";
import { planRemuxWork } from "./copy/remux-work.ts";
import { planSourceVariant } from "./copy/source-variant.ts";
import { renderAndPublish } from "./encode/render-and-publish.ts";
import { renderInPasses } from "./encode/render-in-passes.ts";
import { renderWithinMemory } from "./encode/render-within-memory.ts";
import { leaveOutUnencodable } from "./encode/without-encoder.ts";
import { conclude } from "./finish/conclude.ts";
import { keptHead, passOnHead } from "./keep-head.ts";
import { renderEarly } from "./render-early.ts";
import { renderRest } from "./render-rest.ts";
import { decidePart } from "./split/decide-part.ts";
import { decideRest } from "./split/decide-rest.ts";
import { isRest } from "./split/is-rest.ts";
import { inOnePieceIfJumping } from "./split/one-clock.ts";
import { planReadEnd } from "./split/plan-read-end.ts";
import { toVariantStates } from "./state/render-state.ts";
import { stillArriving } from "./state/still-arriving.ts";
import { makeStoryboard } from "./storyboard/make-storyboard.ts";

/** One try of a task, from the source to stored renditions. What happened is the value; nothing is thrown. */
export async function runAttempt(attempt: AttemptContext): Promise<Outcome> {
  let isEarly = false;
  try {
    const { task, config, state, tools } = attempt;
    attempt.memory.assertLarge(task.needsMemoryBytes);
    if (await makeFollowUp(attempt)) return { kind: "COMPLETED" };
    const step = <T>(name: string, work: () => Promise<T>) =>
      inSpan(tracerName, name, { parent: attempt.trace }, work);
    await using file = await step("fetch", () => acquireTaskSource(attempt));
    const { key, contentType, sizeBytes } = file;
    isEarly = file.beginningOf !== undefined;
    // From here on a source that cannot be read any more ends the attempt, too.
    const context = reading(attempt, file);
    const { programs, signal } = context;
    if (!isRest(task) && !isEarly)
      state.update((before) => ({ ...before, source: { key, sizeBytes, contentType, probe: null } }));

    const source = await step("probe", () => probeWithinMemory(context, file));
    const part = await inOnePieceIfJumping(decidePart(task.part, source), source, file);
    if (part.kind === "CHUNK" || part.kind === "AUDIO") {
      file.needsUpTo?.(planReadEnd(source, part.span));
      await renderRest(context, source, part);
      return { kind: "COMPLETED" };
    }
    if (isEarly) {
      await renderEarly(context, source, part);
      // The task goes on when the source is there whole.
      return { kind: "INTERRUPTED" };
    }
    const ladder = planLadder(task.profile, source.probe);
    const judgement: Judgement = source.isSoundOnly
      ? { reasons: [], plan: null }
      : await step("judge", () =>
          judgeSource(source, {
            ...{ ffmpeg: programs.ffmpeg, reader: file.reader, limits: config.limits, signal },
            segmentDurationMs: task.profile.segmentDurationMs,
            reserveMemory: (need, work) => reserveMemory(context, need, work),
          }),
        );
    const sourceVariant = planSourceVariant(source, judgement, ladder, task);
    const variants = [...toVariantStates(ladder, task), ...(sourceVariant ? [sourceVariant] : [])];
    const { audios, unheard } = source.probe;
    const leftOut = Math.max(0, (audios?.length ?? 0) - source.sounds.length) + (unheard?.length ?? 0);
    if (leftOut > 0) attempt.log.info({ made: source.sounds.length, leftOut }, "sounds.left-out");
    const kept = keptSounds(task, source);
    const missing = source.sounds.filter(({ name }) => !kept.has(name));
    const pending = new Set(variants.filter(({ status }) => status === "PENDING").map(({ name }) => name));
    const wanted = ladder.rungs.filter(({ name }) => pending.has(name));
    const head = keptHead(task, { part, rungs: wanted, sounds: missing });
    const remux = planRemuxWork(source, judgement, {
      sourceVariant,
      // What is to get another loudness cannot be copied, nor what has been encoded from its beginning.
      wanted: task.profile.audio.loudness || head !== null ? [] : missing,
    });
    // Who copies the source reads all of it.
    if (remux === null) file.needsUpTo?.(planReadEnd(source, part.span));
    const copied = remux?.sounds ?? [];
    state.update((before) => ({
      ...before,
      source: {
        ...{ key, sizeBytes, contentType, probe: reportedProbe(source) },
        ...(!source.isSoundOnly && { nonStandardReasons: judgement.reasons }),
      },
      variants,
      ...toSounds(
        source.sounds.map((track) => kept.get(track.name) ?? toAudioState(track, source, task, copied)),
      ),
      ...(part.kind === "HEAD" && { parts: head ?? [] }),
    }));

    const rungs = leaveOutUnencodable(wanted, tools, (change) => state.update(change));
    const sounds = missing.filter((track) => copied.every((copy) => copy.track !== track));
    await using decision = part.kind === "HEAD" ? decideRest(context, source, rungs) : null;
    const work = { source, rungs, sounds, part, ...(decision && { decision }) };
    const { made, isSoundCopied } = await besideEncode(context, remux, async (beside) => {
      if (head !== null) return await passOnHead(beside, work);
      return rungs.length > 0 || sounds.length > 0 ? await renderInPasses(beside, work) : null;
    });
    if (copied.length > 0 && !isSoundCopied) {
      // It could not be copied after all. Of a long video nobody else was asked to make it: all of it, in a folder of its own.
      const whole = { kind: "WHOLE", span: wholeSpan } as const;
      const again = { source, rungs: [], sounds: copied.map(({ track }) => track), part: whole };
      await renderWithinMemory(context, again, (attempt, round) =>
        renderAndPublish(attempt, { ...round, suffix: ".2" }),
      );
    }
    const lastly = async () => {
      // The rest of a split video is more urgent: its storyboard comes with the last of that, and its download after it.
      if (part.kind === "WHOLE") {
        await makeDownload(context, state.current);
        if (!source.isSoundOnly) await makeStoryboard(context, source);
      }
      await file.stored();
    };
    if (made) await conclude(context, work, made, lastly);
    else await lastly();
    return { kind: "COMPLETED" };
  } catch (thrown) {
    const told = toOutcome(thrown, attempt.signal);
    // The beginning of a file may look worse than the whole.
    const outcome =
      isEarly && told.kind === "REJECTED"
        ? toOutcome(stillArriving(told.error.message), attempt.signal)
        : told;
    if ("error" in outcome) attempt.log.warn({ err: thrown, code: outcome.error.code }, "attempt.failed");
    return outcome;
  }
}
