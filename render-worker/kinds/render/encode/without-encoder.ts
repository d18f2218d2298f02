import type { RenderState, VariantState } from "@reelay/contracts";
import { retriableError } from "../../../errors.ts";
import { encoderFor, type FfmpegTools, type VideoCodec } from "../../../media/ffmpeg/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";

/** Codecs of these rungs without an encoder on this machine. */
function missingCodecs(rungs: readonly PlannedRung[], { encoders }: FfmpegTools): Set<VideoCodec> {
  const available = encoders.map((name) => ({ name, device: null }));
  const codecs = [...new Set(rungs.map(({ codec }) => codec))];
  return new Set(codecs.filter((codec) => encoderFor(codec, available) === undefined));
}

/**
 * Leaves out rungs without an encoder on this machine, as FAILED variants that can be retried; the other
 * ladders of a mixed profile are rendered. Throws a retriable `NO_ENCODER` if none is left, since another
 * worker may have one.
 */
export function leaveOutUnencodable(
  rungs: readonly PlannedRung[],
  tools: FfmpegTools,
  update: (change: (state: RenderState) => RenderState) => void,
): PlannedRung[] {
  const missing = missingCodecs(rungs, tools);
  if (missing.size === 0) return [...rungs];
  const error = retriableError(
    "WORKER",
    "NO_ENCODER",
    `This worker's ffmpeg (${tools.ffmpeg.version}) has no working encoder for ${[...missing].join(" and ")}; it has ${tools.encoders.join(", ")}. Use a worker with such an encoder, set FFMPEG_PATH to a build that has one, or use another profile.`,
  );
  const left = rungs.filter(({ codec }) => !missing.has(codec));
  if (left.length === 0) throw error;
  const lacking = new Set(rungs.filter(({ codec }) => missing.has(codec)).map(({ name }) => name));
  const fail = (variant: VariantState): VariantState =>
    lacking.has(variant.name) ? { ...variant, status: "FAILED", error: error.reported } : variant;
  update((state) => ({ ...state, variants: state.variants.map(fail) }));
  return left;
}
