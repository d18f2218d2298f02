import {
  type DownloadParams,
  type InputRef,
  kindOf,
  type PosterParams,
  type TaskRequested,
  type TranscodeParams,
} from "@reelay/contracts";

/** A task with its parameters beside its envelope. Parameters of other kinds are absent. */
export type RenderTask = Omit<TaskRequested, "params" | "inputs"> & { source: InputRef } & Omit<
    TranscodeParams,
    "version"
  > &
  Partial<Pick<PosterParams, "atMs">> &
  Pick<DownloadParams, "sums">;

/** Null for a kind that this worker does not support. */
export function toRenderTask({ params, inputs, ...envelope }: TaskRequested): RenderTask | null {
  const { source } = inputs;
  const kind = kindOf(envelope.kind);
  if (kind === undefined || source === undefined) return null;
  const { version: _version, ...own } = kind.params.parse(params) as TranscodeParams;
  return { ...envelope, source, ...own };
}
