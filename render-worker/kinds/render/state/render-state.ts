import {
  type AudioState,
  audioTracksOf,
  type PublishedPlaylist,
  type RenderState,
  type RenditionPart,
  toAudioFields,
  type VariantState,
  type VariantsParams,
} from "@reelay/contracts";
import { leavesUnfinished, type Outcome } from "../../../attempt/index.ts";
import { type RenderError, retriableError } from "../../../errors.ts";
import type { Ladder, PlannedRung } from "../../../media/ladder/index.ts";

export const emptyState: RenderState = { source: null, variants: [], audio: null, posterKey: null };

/**
 * The variants of a planned ladder that the task reports, including finished ones of earlier attempts. A task
 * for `only` some variants does not report the others.
 */
export function toVariantStates(
  ladder: Ladder,
  { keep, only }: Pick<VariantsParams, "keep" | "only">,
): VariantState[] {
  const made = ladder.rungs.map((rung) => keptVariant(rung, keep) ?? toVariantState(rung, "PENDING", null));
  const skipped = ladder.skipped.map((rung) => toVariantState(rung, "SKIPPED", rung.reason));
  return [...made, ...skipped].filter(({ name }) => only?.includes(name) ?? true);
}

/** The rungs of a planned ladder that are not made yet. */
export function pendingRungs(
  rungs: readonly PlannedRung[],
  variants: readonly VariantState[],
): PlannedRung[] {
  const pending = new Set(variants.filter(({ status }) => status === "PENDING").map(({ name }) => name));
  return rungs.filter(({ name }) => pending.has(name));
}

/** A variant that a previous attempt finished. */
function keptVariant(rung: PlannedRung, keep: VariantsParams["keep"]): VariantState | undefined {
  const kept = keep.variants.find(
    ({ name, status, playlist }) => name === rung.name && status === "READY" && playlist?.isComplete,
  );
  return kept && { ...kept, index: rung.index };
}

const toVariantState = (
  rung: PlannedRung,
  status: VariantState["status"],
  skipReason: string | null,
): VariantState => ({
  name: rung.name,
  index: rung.index,
  tier: rung.tier,
  status,
  codec: rung.codec,
  width: rung.width,
  height: rung.height,
  frameRate: rung.frameRate,
  bitrateBps: rung.bitrateBps,
  ...(rung.qualityOffset !== undefined && { qualityOffset: rung.qualityOffset }),
  ...(rung.minVmaf !== undefined && { minVmaf: rung.minVmaf }),
  playlist: null,
  skipReason,
  error: null,
});

/**
 * Applies a grown playlist. A variant is ready when its playlist is complete; one with a minimum quality only
 * after it is measured.
 */
export function withPlaylist(state: RenderState, name: string, playlist: PublishedPlaylist): RenderState {
  return {
    ...state,
    variants: state.variants.map((variant) =>
      variant.name === name
        ? { ...variant, playlist, status: isReady(variant, playlist) ? "READY" : "RENDERING" }
        : variant,
    ),
  };
}

const isReady = ({ minVmaf }: VariantState, { isComplete }: PublishedPlaylist): boolean =>
  isComplete && minVmaf === undefined;

function withAudioTracks(
  state: RenderState,
  change: (audioTracks: (AudioState & { name: string })[]) => AudioState[],
): RenderState {
  const { audios: _before, ...rest } = state;
  return { ...rest, ...toAudioFields(change(audioTracksOf(state))) };
}

export const withAudioPlaylist = (
  state: RenderState,
  name: string,
  playlist: PublishedPlaylist,
): RenderState =>
  withAudioTracks(state, (audioTracks) =>
    audioTracks.map((audio) => (audio.name === name ? { ...audio, playlist } : audio)),
  );

/** Removes a track that turned out to be empty. */
export const withoutAudio = (state: RenderState, name: string): RenderState =>
  withAudioTracks(state, (audioTracks) => audioTracks.filter((audio) => audio.name !== name));

/** Applies a grown part. */
export const withPart = (state: RenderState, part: RenditionPart): RenderState => ({
  ...state,
  parts: [
    ...(state.parts ?? []).filter(
      ({ rendition, startMs }) => rendition !== part.rendition || startMs !== part.startMs,
    ),
    part,
  ],
});

/**
 * The final state: finished variants stay; others get the outcome, and keep their output only if it stays.
 */
export function settleState(state: RenderState, outcome: Outcome): RenderState {
  const settleVariant = (variant: VariantState): VariantState => {
    if (variant.status === "READY" || variant.status === "SKIPPED" || variant.status === "FAILED")
      return variant;
    // Its parts are made. The API joins them, for a head with those of other tasks.
    if (outcome.kind === "COMPLETED" && (state.split || state.parts)) return variant;
    const rest = leavesUnfinished(outcome) ? variant : { ...variant, playlist: null };
    switch (outcome.kind) {
      case "CANCELED":
        return { ...rest, status: "CANCELED" };
      case "FAILED":
      case "REJECTED":
        return { ...rest, status: "FAILED", error: outcome.error };
      default:
        return { ...rest, status: "PENDING" };
    }
  };
  const settleAudio = (audio: AudioState): AudioState =>
    audio.playlist?.isComplete || leavesUnfinished(outcome) ? audio : { ...audio, playlist: null };
  return {
    ...withAudioTracks(state, (audioTracks) => audioTracks.map(settleAudio)),
    variants: state.variants.map(settleVariant),
    ...(state.parts && {
      // A part counts only as a whole: another attempt makes it again.
      parts: outcome.kind === "COMPLETED" || leavesUnfinished(outcome) ? state.parts : [],
    }),
  };
}

/** Keys of the complete playlists and files, and of the parts that a later attempt may continue. */
export function finishedKeys(state: RenderState): string[] {
  const playlists = [...state.variants, ...audioTracksOf(state)].flatMap(({ playlist }) =>
    playlist?.isComplete ? [playlist.key] : [],
  );
  const files = [state.storyboard?.vttKey, state.download?.key].filter((key) => key !== undefined);
  const parts = (state.parts ?? []).flatMap(({ drawn, initKey }) => (drawn ? [initKey] : []));
  return [...playlists, ...files, ...parts];
}

/**
 * A retriable `RenderError` for work on the beginning of a source, whatever the cause, since the whole source
 * may be fine.
 */
export const stillArriving = (why: string): RenderError =>
  retriableError(
    "INPUT",
    "SOURCE_STILL_ARRIVING",
    `The video's head cannot be rendered before the upload is complete (${why}). It will be rendered then.`,
  );

/** Audio ends with a whole packet, and the last frame of some clocks slightly early. */
const SHORT_MS = 150;

/**
 * Throws if a part does not reach its end: ffmpeg exits successfully if a source ends early. Checked before
 * the part is reported as complete, which is final.
 */
export function assertReaches(
  rendition: string,
  endMs: number | null,
  segments: readonly { durationMs: number }[],
): void {
  const madeMs = segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (endMs !== null && madeMs < endMs - SHORT_MS)
    throw stillArriving(`${rendition} would end at ${Math.round(madeMs)} of ${endMs} ms`);
}
