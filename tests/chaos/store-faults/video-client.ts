import { openAsBlob } from "node:fs";
import { upload } from "../../../packages/upload/src/index.ts";
import type { Clip } from "../load/clips.ts";
import { until } from "../until.ts";

const CREATE_VIDEO = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) {
  __typename ... on Video { id upload { url } } ... on Error { code message } } }`;
const REQUEST_DOWNLOAD = `mutation ($id: ID!) { requestDownload(input: { videoId: $id }) { __typename ... on Error { code message } } }`;
const VIDEO_OF = `query ($id: ID!) { video(id: $id) { status error { code message } playback { hlsUrl posterUrl } download { url } } }`;

interface Seen {
  status: string;
  error: { code: string; message: string } | null;
  playback: { hlsUrl: string; posterUrl: string | null } | null;
  download: { url: string | null } | null;
}

/** Outcome of one clip. */
export interface Outcome {
  clip: Clip;
  video: Seen;
  seconds: number;
}

/** A front end: creates videos, uploads files through sessions, requests downloads. */
export class VideoClient {
  readonly #origin: string;
  readonly #token: string;
  /** Codes of answers with a server error. */
  readonly errors: string[] = [];

  constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  /**
   * Processes a file until it streams and has a download. A video that ends otherwise, or not in time, is
   * returned in its current state.
   */
  async make(
    clip: Clip,
    title: string,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<Outcome> {
    const started = performance.now();
    const { id, upload: session } = await this.#createVideo(clip, title, options.signal);
    await upload(await openAsBlob(clip.path), {
      url: session.url,
      protocol: "GCS_RESUMABLE",
      signal: options.signal,
    }).done;
    await this.#await(
      id,
      "the video is READY",
      ({ status }) => status === "READY" || status === "FAILED",
      options,
    );
    await this.#ask(REQUEST_DOWNLOAD, { id }, options.signal);
    const isMade = ({ status, download }: Seen) => status === "FAILED" || typeof download?.url === "string";
    await this.#await(id, "its download is stored", isMade, options);
    return {
      clip,
      video: await this.#video(id, options.signal),
      seconds: (performance.now() - started) / 1_000,
    };
  }

  async #createVideo(clip: Clip, title: string, signal: AbortSignal) {
    const source = { upload: { filename: clip.name, sizeBytes: clip.sizeBytes } };
    const input = { title, idempotencyKey: title, source };
    const { createVideo: made } = await this.#ask<{
      createVideo: { __typename: string; id: string; upload: { url: string } };
    }>(CREATE_VIDEO, { input }, signal);
    if (made.__typename !== "Video") throw new Error(`${title} was refused: ${JSON.stringify(made)}`);
    return made;
  }

  async #video(id: string, signal: AbortSignal): Promise<Seen> {
    return (await this.#ask<{ video: Seen }>(VIDEO_OF, { id }, signal)).video;
  }

  async #await(
    id: string,
    what: string,
    isSo: (video: Seen) => boolean,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<void> {
    const check = async () => isSo(await this.#video(id, signal));
    await until(check, what, { timeoutMs, signal }).catch(() => signal.throwIfAborted());
  }

  /** Repeats a request until it succeeds, as the documentation recommends; errors are recorded. */
  async #ask<T>(query: string, variables: object, signal: AbortSignal): Promise<T> {
    let data: T | null | undefined;
    const asked = async () => {
      const response = await fetch(`${this.#origin}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${this.#token}` },
        body: JSON.stringify({ query, variables }),
        signal,
      });
      const answer = (await response.json()) as { data?: T; errors?: { extensions?: { code?: string } }[] };
      this.errors.push(...(answer.errors ?? []).map(({ extensions }) => extensions?.code ?? "none"));
      data = answer.errors === undefined ? answer.data : null;
      return data !== null && data !== undefined;
    };
    await until(asked, "the API answers", { timeoutMs: 120_000, signal });
    return data as T;
  }
}
