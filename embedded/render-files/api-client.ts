import { createClient } from "graphql-ws";
import type { RunFile } from "../run-file.ts";
import {
  type BatchChange,
  type BatchInput,
  COMPLETE_MATERIAL,
  COMPLETE_UPLOAD,
  CREATE_BATCH,
  CREATE_MATERIAL,
  CREATE_VIDEO,
  type PendingUpload,
  type VideoSource,
  WATCH_BATCH,
  WATCH_VIDEO,
  type WatchedVideo,
} from "./documents.ts";

/** The API refused a request or did not answer; `code` and message are the API's. */
export class ApiError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The API calls for rendering a file. They are public: any other client could make them. */
export interface ApiClient extends AsyncDisposable {
  createVideo(title: string, source: VideoSource, signal: AbortSignal): Promise<PendingUpload>;
  completeUpload(videoId: string, signal: AbortSignal): Promise<void>;
  /** The video now and after every change. Resumes after lost connections. Ends when `signal` aborts. */
  watch(videoId: string, signal: AbortSignal): AsyncIterable<WatchedVideo>;
  /** A file of the workspace, of which the bytes are sent next. */
  createMaterial(filename: string, sizeBytes: number, signal: AbortSignal): Promise<PendingUpload>;
  completeMaterial(materialId: string, signal: AbortSignal): Promise<void>;
  createBatch(input: BatchInput, signal: AbortSignal): Promise<{ id: string }>;
  /** The batch now and after every change. Resumes after lost connections. Ends when `signal` aborts. */
  watchBatch(batchId: string, signal: AbortSignal): AsyncIterable<BatchChange>;
}

export function createApiClient({ graphql, apiKey }: Pick<RunFile, "graphql" | "apiKey">): ApiClient {
  const authorization = `Bearer ${apiKey}`;
  const socket = createClient({
    url: graphql.replace(/^http/, "ws"),
    connectionParams: { Authorization: authorization },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });

  async function ask<T extends object>(query: string, variables: object, signal: AbortSignal): Promise<T> {
    const response = await fetch(graphql, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", authorization },
      body: JSON.stringify({ query, variables }),
      signal,
    });
    const { data, errors } = (await response.json()) as Answer<T>;
    const [error] = errors ?? [];
    if (error) throw new ApiError(error.extensions?.code ?? `HTTP_${response.status}`, error.message);
    const [result] = Object.values(data ?? {});
    if (!result) throw new ApiError(`HTTP_${response.status}`, "The API returned no data.");
    if (isFailure(result)) throw new ApiError(result.code, result.message);
    return result;
  }

  async function* follow<T extends Record<string, unknown>>(
    query: string,
    id: string,
    signal: AbortSignal,
  ): AsyncGenerator<T, void> {
    const results = socket.iterate<T>({ query, variables: { id } });
    const stop = () => void results.return?.();
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      for await (const { data, errors } of results) {
        const [error] = errors ?? [];
        if (error) {
          const code = error.extensions?.["code"];
          throw new ApiError(typeof code === "string" ? code : "ERROR", error.message);
        }
        if (data) yield data;
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  return {
    createVideo: (title, source, signal) =>
      ask<PendingUpload>(CREATE_VIDEO, { input: { title, source } }, signal),
    async completeUpload(videoId, signal) {
      await ask(COMPLETE_UPLOAD, { id: videoId }, signal);
    },
    async *watch(videoId, signal) {
      const all = follow<{ videoProgress: WatchedVideo }>(WATCH_VIDEO, videoId, signal);
      for await (const { videoProgress } of all) yield videoProgress;
    },
    createMaterial: (filename, sizeBytes, signal) =>
      ask<PendingUpload>(CREATE_MATERIAL, { input: { upload: { filename, sizeBytes } } }, signal),
    async completeMaterial(materialId, signal) {
      await ask(COMPLETE_MATERIAL, { id: materialId }, signal);
    },
    createBatch: (input, signal) => ask<{ id: string }>(CREATE_BATCH, { input }, signal),
    async *watchBatch(batchId, signal) {
      const all = follow<{ batchProgress: BatchChange }>(WATCH_BATCH, batchId, signal);
      for await (const { batchProgress } of all) yield batchProgress;
    },
    async [Symbol.asyncDispose]() {
      await socket.dispose();
    },
  };
}

interface Failure {
  code: string;
  message: string;
}
const isFailure = (result: object): result is Failure => "code" in result;

interface Answer<T> {
  data?: Record<string, T | Failure | null> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}
