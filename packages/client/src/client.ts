import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { UploadFile } from "@reelay/upload";
import { type DocumentNode, Kind, OperationTypeNode } from "graphql";
import { type ChangesOptions, readChanges } from "./changes.ts";
import { type CheckSourceResult, checkSource } from "./check-source.ts";
import { type CreateVideoResult, createVideo, type RequestOptions } from "./create-video.ts";
import type { CheckSourceInput, CreateVideoInput, EventFragment, VideoStateFragment } from "./generated.ts";
import { createAsk } from "./http.ts";
import { createLive } from "./live.ts";
import {
  type UploadVideoInput,
  type UploadVideoOptions,
  uploadVideo,
  type VideoUpload,
} from "./upload-video.ts";
import { type WatchListInput, type WatchOptions, watchVideo, watchVideos } from "./watch.ts";

export interface ClientOptions {
  /**
   * URL of the API, for example `http://127.0.0.1:4000/graphql`. `/graphql` is added if the path is missing.
   * May be relative in browsers.
   */
  url: string;
  /** An API key. In a browser, an upload token or viewer token that your server creates. */
  apiKey?: string;
  /**
   * Returns the key or token for each request and each new socket, for example from your own server. Replaces
   * `apiKey`.
   */
  getToken?: () => string | Promise<string>;
  /** Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /**
   * A WebSocket class. Default: the global one (Node 22 and later); for older versions use the class of the
   * package `ws`.
   */
  webSocket?: unknown;
}

/** Variables are optional if none is required. */
type Given<TVariables> =
  Record<string, never> extends TVariables
    ? [variables?: TVariables, options?: RequestOptions]
    : [variables: TVariables, options?: RequestOptions];

export interface Client {
  /**
   * Returns the result of a query. Retries up to five times while the network or the API is unavailable.
   * @throws ReelayError
   */
  query<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    ...given: Given<TVariables>
  ): Promise<TData>;
  /**
   * Returns the result of a mutation, including expected failures, distinguished by `__typename`. Retries
   * only if its variables contain an `idempotencyKey`. @throws ReelayError
   */
  mutate<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    ...given: Given<TVariables>
  ): Promise<TData>;
  /** Creates a video. @throws ReelayError for unexpected errors. */
  createVideo(input: CreateVideoInput, options?: RequestOptions): Promise<CreateVideoResult>;
  /**
   * Finds the scenes, the length and the problems of a script without making a video of it. The check is
   * `PENDING` if it takes longer than `input.waitMs`: read it again with `SourceCheckDocument`. @throws
   * ReelayError for unexpected errors.
   */
  checkSource(input: CheckSourceInput, options?: RequestOptions): Promise<CheckSourceResult>;
  /** Creates a video and uploads its file. Resumes an upload of the same file that a reload interrupted. */
  uploadVideo(file: UploadFile, input?: UploadVideoInput, options?: UploadVideoOptions): VideoUpload;
  /**
   * Yields the video now and after every change until it is READY or FAILED. Survives lost connections.
   * @throws ReelayError
   */
  watch(videoId: string, options?: WatchOptions): AsyncGenerator<VideoStateFragment, void, undefined>;
  /**
   * Yields each of up to 100 videos now and after every change, for a page that lists them, until you leave
   * the loop. One subscription serves the whole list. Survives lost connections. @throws ReelayError
   */
  watchList(
    input: WatchListInput,
    options?: Pick<WatchOptions, "signal">,
  ): AsyncGenerator<VideoStateFragment, void, undefined>;
  /**
   * Yields every event after a cursor, then live events. @throws ReelayError; `CURSOR_EXPIRED` and
   * `CURSOR_UNKNOWN` mean: start over.
   */
  changes(after?: string | null, options?: ChangesOptions): AsyncGenerator<EventFragment, void, undefined>;
  /** Closes the socket. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Creates a client for one workspace. It connects with the first request. */
export function createClient(options: ClientOptions): Client {
  const { apiKey, getToken } = options;
  const url = graphqlUrl(options.url);
  const token = async () => (getToken ? await getToken() : apiKey);
  // Browsers refuse an unbound `fetch` as a method of another object.
  const ask = createAsk({ url, getToken: token, fetch: options.fetch ?? ((...args) => fetch(...args)) });
  const live = createLive({
    url,
    getToken: token,
    webSocket: options.webSocket,
    canRenewToken: getToken !== undefined,
  });
  const deps = { ask, live, url, running: new Set<string>() };

  async function send<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    ...[variables, { signal } = {}]: Given<TVariables>
  ): Promise<TData> {
    const given = variables ?? ({} as TVariables);
    return await ask(document, given, { signal, tries: canRepeat(document, given) ? 5 : 1 });
  }

  return {
    query: send,
    mutate: send,
    createVideo: (input, given) => createVideo(ask, input, given),
    checkSource: (input, given) => checkSource(ask, input, given),
    uploadVideo: (file, input, given) => uploadVideo(deps, file, input, given),
    watch: (videoId, given) => watchVideo(deps, videoId, given),
    watchList: (input, given) => watchVideos(deps, input, given),
    changes: (after, given) => readChanges(deps, after, given),
    close: () => live.close(),
    [Symbol.asyncDispose]: () => live.close(),
  };
}

function graphqlUrl(given: string): string {
  const url = new URL(given, globalThis.location?.href);
  if (url.pathname === "/") url.pathname = "/graphql";
  return url.href;
}

/** True for queries, and for mutations that the API recognizes as repeated by their key. */
function canRepeat(document: DocumentNode, variables: unknown): boolean {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation?.operation === OperationTypeNode.QUERY) return true;
  const { idempotencyKey, input } = (variables ?? {}) as {
    idempotencyKey?: unknown;
    input?: { idempotencyKey?: unknown };
  };
  return typeof (idempotencyKey ?? input?.idempotencyKey) === "string";
}
