import { type ApiClient, ApiError } from "./api-client.ts";
import type { PendingUpload, VideoSource, WatchedVideo } from "./documents.ts";
import type { NamedSource } from "./read-command.ts";
import type { RowsSource } from "./read-rows-file.ts";
import { uploadFile } from "./upload-file.ts";
import type { FileView } from "./view.ts";

/** A source of one video. */
export type SingleSource = Exclude<NamedSource, RowsSource>;

/** Renders one source until READY or FAILED and shows its progress. */
export async function renderSource(
  api: ApiClient,
  source: SingleSource,
  view: FileView,
  signal: AbortSignal,
): Promise<WatchedVideo> {
  const created = await api.createVideo(source.name.slice(0, 500), toVideoSource(source), signal);
  // A failed upload ends the watching, and a failed video ends the upload.
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    const [video] = await Promise.all([
      watchToEnd(api, created.id, view, either).finally(() => over.abort()),
      send(api, created, source, view, either),
    ]);
    return video;
  } finally {
    over.abort();
  }
}

function toVideoSource(source: SingleSource): VideoSource {
  if (source.kind === "url") return { url: source.url };
  if (source.kind === "file") return { upload: { filename: source.name, sizeBytes: source.sizeBytes } };
  if (source.kind === "quiz") return { template: { template: source.template, data: source.data } };
  const { script, scene } = source;
  return { manim: { script, ...(scene !== undefined && { scene }) } };
}

/** Shows a video until READY or FAILED. */
export async function watchToEnd(
  api: ApiClient,
  videoId: string,
  view: FileView,
  signal: AbortSignal,
): Promise<WatchedVideo> {
  for await (const video of api.watch(videoId, signal)) {
    view.changed(video);
    if (video.status === "READY" || video.status === "FAILED") return video;
  }
  signal.throwIfAborted();
  throw new ApiError("VIDEO_DELETED", "The video was deleted before it was ready.");
}

async function send(
  api: ApiClient,
  { id, upload }: PendingUpload,
  source: SingleSource,
  view: FileView,
  signal: AbortSignal,
): Promise<void> {
  if (source.kind !== "file" || upload === null) return;
  const { path, sizeBytes } = source;
  try {
    await uploadFile(upload, {
      path,
      sizeBytes,
      signal,
      onProgress: (sentBytes) => view.uploaded(sentBytes, sizeBytes),
    });
    if (upload.protocol === "GCS_RESUMABLE") await api.completeUpload(id, signal);
  } catch (cause) {
    // The video's own error explains why it ended.
    if (signal.aborted) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError("UPLOAD_FAILED", `The upload failed: ${reason}`, { cause });
  }
}
