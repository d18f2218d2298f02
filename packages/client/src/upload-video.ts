import {
  findUpload,
  forgetUpload,
  type KeyValueStorage,
  type UploadFile,
  type UploadHandle,
  type UploadOptions,
  type UploadProgress,
  upload,
} from "@reelay/upload";
import { type CreateVideoResult, completeUpload, createVideo } from "./create-video.ts";
import { ReelayError } from "./errors.ts";
import { type CreatedVideoFragment, type CreateVideoInput, VideoDocument } from "./generated.ts";
import type { Ask } from "./http.ts";

/** The input of `createVideo`; the source is the file, and the title defaults to its name. */
export type UploadVideoInput = Partial<Omit<CreateVideoInput, "source">>;

export interface UploadVideoOptions
  extends Pick<UploadOptions, "onProgress" | "signal" | "retryDelaysMs" | "chunkBytes" | "storage"> {
  /**
   * Called as soon as the video has an id. `isResumed`: an earlier upload of this file, interrupted by a
   * reload, created it.
   */
  onCreated?: (video: CreatedVideoFragment, isResumed: boolean) => void;
}

export interface VideoUpload {
  /**
   * Resolves when all bytes are stored, or with the expected failure that prevented creating the video.
   * Rejects with an `UploadError`, a `ReelayError`, or the signal's reason.
   */
  readonly done: Promise<CreateVideoResult>;
  /** Null until the video is created. */
  readonly progress: UploadProgress | null;
  pause(): void;
  resume(): void;
}

/**
 * Creates a video and uploads its file. Resumes an upload of the same file that a reload or a closed tab
 * interrupted.
 *
 * @param running ids of videos that this client is uploading: the same file chosen twice becomes two videos.
 */
export function uploadVideo(
  { ask, url, running }: { ask: Ask; url: string; running: Set<string> },
  file: UploadFile,
  input: UploadVideoInput = {},
  { onCreated, ...options }: UploadVideoOptions = {},
): VideoUpload {
  let sending: UploadHandle | undefined;
  let isPaused = false;

  async function run(): Promise<CreateVideoResult> {
    const { signal } = options;
    const earlier = await findEarlier();
    const result = earlier ?? (await createVideo(ask, { ...input, ...sourceOf(file, input) }, options));
    if (!result.ok) return result;
    const { video } = result;
    running.add(video.id);
    try {
      onCreated?.(video, earlier !== undefined);
      if (!video.upload) throw new ReelayError("UPLOAD_GONE", `Video ${video.id} does not await an upload.`);
      const { url: address, protocol } = video.upload;
      sending = upload(file, { ...options, url: address, protocol, data: { videoId: video.id, api: url } });
      if (isPaused) sending.pause();
      await sending.done;
      if (protocol === "GCS_RESUMABLE") await completeUpload(ask, video.id, signal);
      return result;
    } finally {
      running.delete(video.id);
    }
  }

  /**
   * Asks the API whether the video still awaits its file: the saved upload may be older than the video's
   * deletion.
   */
  async function findEarlier(): Promise<(CreateVideoResult & { ok: true }) | undefined> {
    const storage: KeyValueStorage | undefined = options.storage ?? undefined;
    const kept = options.storage === null ? undefined : findUpload(file, storage);
    const { videoId, api } = (kept?.data ?? {}) as { videoId?: string; api?: string };
    if (videoId === undefined || api !== url || running.has(videoId)) return undefined;
    const { video } = await ask(VideoDocument, { id: videoId }, { signal: options.signal, tries: 5 });
    if (video?.upload) return { ok: true, video };
    forgetUpload(file, storage);
    return undefined;
  }

  return {
    done: run(),
    get progress() {
      return sending?.progress ?? null;
    },
    pause() {
      isPaused = true;
      sending?.pause();
    },
    resume() {
      isPaused = false;
      sending?.resume();
    },
  };
}

function sourceOf(file: UploadFile, { title }: UploadVideoInput): Pick<CreateVideoInput, "title" | "source"> {
  const filename = file.name || "video";
  return {
    title: title ?? filename,
    source: { upload: { filename, sizeBytes: file.size, ...(file.type && { contentType: file.type }) } },
  };
}
