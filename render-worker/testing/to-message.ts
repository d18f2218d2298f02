import {
  type AnimationParams,
  type CompositionParams,
  type DownloadParams,
  type Message,
  type PosterParams,
  type Preview,
  type RenderState,
  type TaskProgressed,
  type TaskRequested,
  type TranscodeParams,
  type VariantProgress,
  VariantsProgress,
} from "@reelay/contracts";
import type { MediaTask } from "../kinds/ffmpeg/index.ts";
import { emptyState } from "../kinds/render/index.ts";

/** A task of any kind. Parameters of other kinds are absent. */
export type RenderTask = MediaTask<TranscodeParams> &
  Partial<Pick<PosterParams, "atMs">> &
  Partial<Pick<AnimationParams, "animation" | "known">> &
  Partial<Pick<CompositionParams, "composition" | "speechPrefix" | "chunksPrefix">> &
  Pick<DownloadParams, "sums">;

/** A result of any kind. */
export type AttemptState = RenderState & { preview?: Preview };

/** The message of a task whose parameters are beside its envelope. */
export function toMessage(task: RenderTask): TaskRequested {
  const { source, ...rest } = task;
  const { profile, keep, part, only, ladder, storyboard, downloadName, atMs, ...others } = rest;
  const { sums, animation, composition, known, speechPrefix, chunksPrefix, ...envelope } = others;
  const media = { profile, keep, part, only, ladder, storyboard, downloadName, atMs };
  const own = { ...media, sums, animation, composition, known, speechPrefix, chunksPrefix };
  const params = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...envelope, inputs: { source }, params: { version: 1, ...Object.fromEntries(params) } };
}

/** The state in a report of the worker's attempts. Empty for messages without a result. */
export const stateOf = (message: Message): AttemptState =>
  "result" in message ? (message.result as AttemptState) : emptyState;

/** The variants of a progress report. */
export const variantsOf = ({ detail }: Pick<TaskProgressed, "detail">): VariantProgress[] =>
  VariantsProgress.parse(detail).variants;
