import { createHash } from "node:crypto";
import {
  type Account,
  audioTracksOf,
  type CompositionParams,
  type DrawingParams,
  objectKeys,
  toAudioFields,
} from "@reelay/contracts";
import { ObjectNotFoundError } from "@reelay/object-store";
import { inputError } from "../../errors.ts";
import { type Ladder, planLadder } from "../../media/ladder/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { wholeSpan } from "../../media/timeline/index.ts";
import { readAheadBytes } from "../../painting/index.ts";
import { readObject } from "../../store/index.ts";
import type { MediaAttempt } from "../ffmpeg/index.ts";
import {
  describeOutput,
  leaveOutUnencodable,
  type Made,
  pendingRungs,
  type RenderAttempt,
  type RenderRound,
  readRenditions,
  renderWithinMemory,
  toVariantStates,
  writeManifest,
} from "../render/index.ts";
import type { DrawingContext } from "./draw-scene.ts";
import { MAX_HELD_BYTES } from "./held-frames.ts";
import { toKnownChunks } from "./known-chunk.ts";
import { storyboardOfVariant } from "./storyboard-of-variant.ts";
import { toSourceFile, withDrawnLength } from "./to-source-file.ts";

/** An attempt at a drawing is encoded like one at a transcode. */
export type DrawingAttempt<Params extends DrawingParams = DrawingParams> = RenderAttempt &
  MediaAttempt<Params>;

/** What is drawn, and by what. */
interface Drawing {
  /** The script or the data. */
  content: Buffer;
  contentType: string;
  /** What else determines the output, with the size of a frame in pixels and the frames per second. */
  settings: { width: number; height: number; frameRate: number };
  /** What the source is, e.g. `manim`. */
  container: string;
  /** Further facts about the output, once it is finished. Default: none. */
  facts?: () => Pick<Account, "speech">;
  /** Whether a clip moves behind it. Default: no. */
  isOverVideo?: boolean;
  /** Memory of the painter, and of what runs beside it. */
  painterBytes: number;
  /** Whether frames are drawn before an encoder needs them. Worth it if drawing is quicker than encoding. */
  isReadAhead: boolean;
  /** Of a drawing that several tasks make: this one's part of it. Absent: it makes everything. */
  scenes?: CompositionParams["scenes"];
  /** Called within the reserved memory, and again for an encode that is repeated with another encoder. */
  draw: (own: RenderAttempt, round: RenderRound, context: DrawingContext) => Promise<Made>;
}

/** Frames that a painter and the pipe hold at a time. */
const HELD_FRAMES = 12;

/** Draws a source and encodes its frames while they are drawn. */
export async function runDrawing(attempt: DrawingAttempt, drawing: Drawing): Promise<void> {
  const { state, task, tools } = attempt;
  const { content, contentType, settings, container, painterBytes, scenes } = drawing;
  const isRest = scenes?.isFirst === false;
  const sizeBytes = content.length;
  const planned = toSourceFile(settings, {
    ...{ container, sizeBytes, isOverVideo: drawing.isOverVideo ?? false },
  });
  const ladder = withoutMinimum(planLadder(task.profile, planned.probe));
  const variants = toVariantStates(ladder, task);
  // The first task reports everything but parts.
  state.update((before) => ({
    ...before,
    ...(isRest
      ? { variants: variants.filter(({ status }) => status === "READY") }
      : {
          source: { key: task.source.key, sizeBytes, contentType, probe: null },
          variants,
          ...toAudioFields(audioTracksOf(task.keep)),
        }),
    parts: task.keep.parts ?? [],
  }));
  const wanted = scenes?.chunks.length === 0 ? [] : pendingRungs(ladder.rungs, variants);
  const rungs = isRest
    ? wanted.map((rung) => ({ ...rung, encoder: scenes.encoders?.[rung.name] }))
    : leaveOutUnencodable(wanted, tools, (change) => state.update(change));
  const work = {
    ...{ source: planned, rungs, audioTracks: [] },
    part: { kind: "WHOLE", span: wholeSpan } as const,
    besideBytes:
      painterBytes + HELD_FRAMES * settings.width * settings.height * 4 + (task.known ? MAX_HELD_BYTES : 0),
    ...(drawing.isReadAhead && { aheadBytes: 2 * readAheadBytes(settings) }),
  };
  let drawn: SourceFile = planned;
  const known = toKnownChunks(task.known ?? []);
  const setSource = (source: SourceFile) => {
    drawn = source;
    state.update((before) => ({
      ...before,
      source: before.source && { ...before.source, probe: source.probe },
    }));
  };
  const draw = (own: RenderAttempt, round: RenderRound) =>
    drawing.draw(own, round, { planned, known, onCounted: setSource });
  // An earlier attempt may have finished all variants, and was lost before the end of the sound.
  const isSoundLeft = !isRest && wanted.length === 0 && !isSoundFinished(task.keep);
  const made = rungs.length > 0 || isSoundLeft ? [await renderWithinMemory(attempt, work, draw)] : [];
  // Parts of one of several tasks end before the video does.
  const isDivided = scenes !== undefined || state.current.split !== undefined;
  if (!isDivided) setSource(withDrawnLength(drawn, state.current.parts ?? [], settings.frameRate));
  const described = isRest ? { ...attempt, task: { ...task, ladder: variants } } : attempt;
  const provenance = await describeOutput(attempt, await readRenditions(described, rungs), made);
  const sourceHash = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  const drawnMs = sumDrawn(attempt, settings.frameRate);
  const account: Account = { provenance, sourceHash, quality: {}, drawnMs, ...drawing.facts?.() };
  await writeManifest(attempt, drawn, account, settings);
  // The last of several tasks makes it.
  if (state.current.split === undefined) await storyboardOfVariant(attempt, drawn);
  await attempt.complete(account);
}

/** False if it is unknown whether there is any. */
function isSoundFinished(keep: DrawingParams["keep"]): boolean {
  const tracks = audioTracksOf(keep);
  return tracks.length > 0 && tracks.every(({ playlist }) => playlist?.isComplete);
}

/** Length of the attempt's own chunks without copies, in milliseconds. */
function sumDrawn({ ref, state }: DrawingAttempt, frameRate: number): number {
  const prefix = objectKeys.attempt(ref.videoId, ref.attemptId);
  const frames = new Map(
    (state.current.parts ?? [])
      .filter(({ initKey, drawn }) => initKey.startsWith(prefix) && drawn?.copiedFrom === undefined)
      .map(({ startMs, drawn }) => [startMs, drawn?.frames ?? 0]),
  );
  return Math.round((frames.values().reduce((sum, one) => sum + one, 0) * 1000) / frameRate);
}

/** There is no source to measure variants against. */
const withoutMinimum = ({ rungs, skipped }: Ladder): Ladder => ({
  rungs: rungs.map(({ minVmaf: _unmeasured, ...rung }) => rung),
  skipped: skipped.map(({ minVmaf: _unmeasured, ...rung }) => rung),
});

/**
 * The text of a source. Throws a final `RenderError`.
 *
 * @param limits.code what the errors' codes begin with, e.g. `SCRIPT`
 */
export async function readSourceText(
  { store, task, signal }: DrawingAttempt,
  limits: { code: string; name: string; maxBytes: number; remedy: string },
): Promise<Buffer> {
  const { code, name, maxBytes, remedy } = limits;
  const text = await readObject(store, task.source.key, { signal, end: maxBytes }).catch((error: unknown) => {
    throw error instanceof ObjectNotFoundError
      ? inputError(
          `${code}_MISSING`,
          `The ${name} is not in the object store any more. Create the video again.`,
        )
      : error;
  });
  if (text.length <= maxBytes) return text;
  throw inputError(`${code}_TOO_LARGE`, `The ${name} has more than ${maxBytes} bytes. ${remedy}`);
}
