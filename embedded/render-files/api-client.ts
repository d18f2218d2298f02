import { createClient } from "graphql-ws";
import type { RunFile } from "../run-file.ts";
import {
  COMPLETE_UPLOAD,
  CREATE_VIDEO,
  type CreatedVideo,
  type VideoSource,
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
  createVideo(title: string, source: VideoSource, signal: AbortSignal): Promise<CreatedVideo>;
  completeUpload(videoId: string, signal: AbortSignal): Promise<void>;
  /** The video now and after every change. Resumes after lost connections. Ends when `signal` aborts. */
  watch(videoId: string, signal: AbortSignal): AsyncIterable<WatchedVideo>;
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

  return {
    createVideo: (title, source, signal) =>
      ask<CreatedVideo>(CREATE_VIDEO, { input: { title, source } }, signal),
    async completeUpload(videoId, signal) {
      await ask(COMPLETE_UPLOAD, { id: videoId }, signal);
    },
    async *watch(videoId, signal) {
      const results = socket.iterate<{ videoProgress: WatchedVideo }>({
        query: WATCH_VIDEO,
        variables: { id: videoId },
      });
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
          if (data) yield data.videoProgress;
        }
      } finally {
        signal.removeEventListener("abort", stop);
      }
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
