import { toAudioFields } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { StopError, TRACER_NAME } from "../../attempt/index.ts";
import { reserveMemory } from "../../host/index.ts";
import { planLadder } from "../../media/ladder/index.ts";

import { reportedProbe, type SourceFile } from "../../media/probe/index.ts";
import type { OpenSource } from "../../media/source/index.ts";
import { wholeSpan } from "../../media/timeline/index.ts";
import { makeDownload } from "../download/index.ts";
import {
  conclude,
  decideRest,
  keptAudioTracks,
  leaveOutUnencodable,
  makeStoryboard,
  type PartDecision,
  pendingRungs,
  planReadEnd,
  type RenderAttempt,
  renderAndPublish,
  renderInPasses,
  renderWithinMemory,
  toAudioState,
  toVariantStates,
} from "../render/index.ts";
import {
  copyDuringEncode,
  type Judgement,
  judgeSource,
  planRemuxWork,
  planSourceVariant,
  type RemuxWork,
  remuxAndPublish,
} from "./copy/index.ts";
import { keptHead, passOnHead } from "./keep-head.ts";

interface MainWork {
  file: OpenSource;
  source: SourceFile;
  part: PartDecision;
}

/**
 * Renders a whole video, or the head of a long one, and copies the source if players can play it as it is.
 */
export async function renderMain(context: RenderAttempt, main: MainWork): Promise<void> {
  const { state, task, tools } = context;
  const { file, source, part } = main;
  const judgement = await judge(context, main);
  const ladder = planLadder(task.profile, source.probe);
  const sourceVariant = planSourceVariant(source, judgement, ladder, task);
  const variants = [...toVariantStates(ladder, task), ...(sourceVariant ? [sourceVariant] : [])];
  logLeftOut(context, source);
  const kept = keptAudioTracks(task, source);
  const missing = source.audioTracks.filter(({ name }) => !kept.has(name));
  const wanted = pendingRungs(ladder.rungs, variants);
  const head = keptHead(task, { part, rungs: wanted, audioTracks: missing });
  const remux = planRemuxWork(source, judgement, {
    sourceVariant,
    // Audio with another loudness cannot be copied, and neither can audio that is encoded from its beginning.
    wanted: task.profile.audio.loudness || head !== null ? [] : missing,
  });
  // A remux reads the whole source.
  if (remux === null) file.needsUpTo?.(planReadEnd(source, part.span));
  const copied = remux?.audioTracks ?? [];
  const { key, contentType, sizeBytes } = file;
  state.update((before) => ({
    ...before,
    source: {
      key,
      sizeBytes,
      contentType,
      probe: reportedProbe(source),
      ...(!source.isAudioOnly && { nonStandardReasons: judgement.reasons }),
    },
    variants,
    ...toAudioFields(
      source.audioTracks.map((track) => kept.get(track.name) ?? toAudioState(track, source, task, copied)),
    ),
    ...(part.kind === "HEAD" && { parts: head ?? [] }),
  }));

  const isCopiedFirst = context.isExpress === true && remux?.withPicture === true;
  if (isCopiedFirst && (await remuxAndPublish(context, remux))) {
    await file.stored();
    // The video plays. Another attempt encodes it, in a slot.
    throw new StopError("INTERRUPTED");
  }
  const rungs = leaveOutUnencodable(wanted, tools, (change) => state.update(change));
  const audioTracks = missing.filter((track) => copied.every((copy) => copy.track !== track));
  await using decision = part.kind === "HEAD" ? decideRest(context, source, rungs) : null;
  const work = { source, rungs, audioTracks, part, ...(decision && { decision }) };
  const { made, isAudioCopied } = await copyDuringEncode(
    context,
    isCopiedFirst ? null : remux,
    async (beside) => {
      if (head !== null) return await passOnHead(beside, work);
      return rungs.length > 0 || audioTracks.length > 0 ? await renderInPasses(beside, work) : null;
    },
  );
  if (copied.length > 0 && !isAudioCopied) await encodeInstead(context, source, copied);
  const lastly = async () => {
    // The other tasks of a split video are more urgent: its last task makes the storyboard, followed by the
    // download.
    if (part.kind === "WHOLE") {
      if (task.only === undefined) {
        const download = await makeDownload(context, state.current);
        if (download) state.update((before) => ({ ...before, download }));
      }
      if (!source.isAudioOnly) await makeStoryboard(context, source);
    }
    await file.stored();
  };
  if (made) await conclude(context, work, made, lastly);
  else await lastly();
}

/** Whether players can play the source as it is. */
async function judge(context: RenderAttempt, { file, source }: MainWork): Promise<Judgement> {
  if (source.isAudioOnly) return { reasons: [], plan: null };
  const { config, programs, signal, task, trace } = context;
  return await inSpan(TRACER_NAME, "judge", { parent: trace }, () =>
    judgeSource(source, {
      ffmpeg: programs.ffmpeg,
      reader: file.reader,
      limits: config.limits,
      signal,
      segmentDurationMs: task.profile.segmentDurationMs,
      reserveMemory: (need, work) => reserveMemory(context, need, work),
    }),
  );
}

function logLeftOut({ log }: RenderAttempt, { probe, audioTracks }: SourceFile): void {
  const { audios, unsupportedAudio } = probe;
  const leftOut = Math.max(0, (audios?.length ?? 0) - audioTracks.length) + (unsupportedAudio?.length ?? 0);
  if (leftOut > 0) log.info({ made: audioTracks.length, leftOut }, "audio.tracks-omitted");
}

/**
 * Encodes audio whose copy failed. No other task of a long video makes it, so all of it is encoded, in its
 * own folder.
 */
async function encodeInstead(
  context: RenderAttempt,
  source: SourceFile,
  copied: RemuxWork["audioTracks"],
): Promise<void> {
  const whole = { kind: "WHOLE", span: wholeSpan } as const;
  const again = { source, rungs: [], audioTracks: copied.map(({ track }) => track), part: whole };
  await renderWithinMemory(context, again, (attempt, round) =>
    renderAndPublish(attempt, { ...round, suffix: ".2" }),
  );
}
