import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { UploadFile } from "@reelay/upload";
import { type DocumentNode, Kind, OperationTypeNode } from "graphql";
import { type ChangesOptions, readChanges } from "./changes.ts";
import { type CreateVideoResult, createVideo, type RequestOptions } from "./create-video.ts";
import type { CreateVideoInput, EventFragment, VideoStateFragment } from "./generated.ts";
import { createAsk } from "./http.ts";
import { createLive } from "./live.ts";
import {
  type UploadVideoInput,
  type UploadVideoOptions,
  uploadVideo,
  type VideoUpload,
} from "./upload-video.ts";
import { type WatchOptions, watchVideo } from "./watch.ts";

export interface ClientOptions {
  /** Address of the API, e.g. `http://127.0.0.1:4000/graphql`; `/graphql` is added where it has no path. In browsers it may be relative. */
  url: string;
  /** An API key, or in a browser an upload token or a viewer token, which your server creates. */
  apiKey?: string;
  /** Returns the key or token for each request and each new socket, e.g. from your own server. Instead of `apiKey`. */
  getToken?: () => string | Promise<string>;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
  /** A WebSocket class. Default: the global one, which Node has from 22 on; before, the one of the package `ws`. */
  webSocket?: unknown;
}

/** Variables may be left out where none is required. */
type Given<TVariables> =
  Record<string, never> extends TVariables
    ? [variables?: TVariables, options?: RequestOptions]
    : [variables: TVariables, options?: RequestOptions];

export interface Client {
  /** Result of a query. Sent up to five times while the network or the API is away. @throws ReelayError */
  query<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    ...given: Given<TVariables>
  ): Promise<TData>;
  /**
   * Result of a mutation, expected failures among it: `__typename` tells them apart. Sent again only if its variables have an
   * `idempotencyKey`. @throws ReelayError
   */
  mutate<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    ...given: Given<TVariables>
  ): Promise<TData>;
  /** Creates a video. @throws ReelayError for what is not expected. */
  createVideo(input: CreateVideoInput, options?: RequestOptions): Promise<CreateVideoResult>;
  /** Creates a video and uploads its file; goes on with an upload of the same file that a reload cut off. */
  uploadVideo(file: UploadFile, input?: UploadVideoInput, options?: UploadVideoOptions): VideoUpload;
  /** The video now and at every change, until it is READY or FAILED. Survives lost connections. @throws ReelayError */
  watch(videoId: string, options?: WatchOptions): AsyncGenerator<VideoStateFragment, void, undefined>;
  /** Every event after a cursor, then live. @throws ReelayError, of which `CURSOR_EXPIRED` and `CURSOR_UNKNOWN` mean: begin anew. */
  changes(after?: string | null, options?: ChangesOptions): AsyncGenerator<EventFragment, void, undefined>;
  /** Closes the socket. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A client of one workspace. Opens nothing before it is asked something. */
export function createClient(options: ClientOptions): Client {
  const { apiKey, getToken } = options;
  const url = graphqlUrl(options.url);
  const token = async () => (getToken ? await getToken() : apiKey);
  // A bare `fetch` as a method of an object is refused by browsers.
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
    uploadVideo: (file, input, given) => uploadVideo(deps, file, input, given),
    watch: (videoId, given) => watchVideo(deps, videoId, given),
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

/** Queries may be sent again, and mutations that the API tells from new ones by their key. */
function canRepeat(document: DocumentNode, variables: unknown): boolean {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation?.operation === OperationTypeNode.QUERY) return true;
  const { idempotencyKey, input } = (variables ?? {}) as {
    idempotencyKey?: unknown;
    input?: { idempotencyKey?: unknown };
  };
  return typeof (idempotencyKey ?? input?.idempotencyKey) === "string";
}
