import {
  forgetUpload,
  type KeyValueStorage,
  recallUpload,
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

/** As for `createVideo`; the source is the file, and the title its name where none is given. */
export type UploadVideoInput = Partial<Omit<CreateVideoInput, "source">>;

export interface UploadVideoOptions
  extends Pick<UploadOptions, "onProgress" | "signal" | "retryDelaysMs" | "chunkBytes" | "storage"> {
  /** Told as soon as the video has an id; `isResumed`: it is the one that an earlier upload of this file, cut off by a reload, was for. */
  onCreated?: (video: CreatedVideoFragment, isResumed: boolean) => void;
}

export interface VideoUpload {
  /**
   * Resolves when all bytes are there, or to the expected failure that kept the video from being created. Rejects with an `UploadError`, a
   * `ReelayError`, or the signal's reason.
   */
  readonly done: Promise<CreateVideoResult>;
  /** Null until the video is created. */
  readonly progress: UploadProgress | null;
  pause(): void;
  resume(): void;
}

/**
 * Creates a video and uploads its file, or goes on with an upload of the same file that a reload or a closed tab cut off.
 *
 * @param running ids of videos that this client uploads just now: a file that is chosen twice becomes two videos.
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
      if (!video.upload) throw new ReelayError("UPLOAD_GONE", `Video ${video.id} awaits no upload.`);
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

  /** The API is asked whether the video still waits: what is kept here may be from before it was deleted. */
  async function findEarlier(): Promise<(CreateVideoResult & { ok: true }) | undefined> {
    const storage: KeyValueStorage | undefined = options.storage ?? undefined;
    const kept = options.storage === null ? undefined : recallUpload(file, storage);
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
