import type { IncomingMessage, ServerResponse } from "node:http";
import { type Authenticate, atKeyEnd, requireScope, tokenIn, type Viewer } from "../auth/index.ts";
import { statusUrl } from "../cms/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { UnauthenticatedError } from "../errors/index.ts";
import { pathOf } from "../http/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import type { Gate, TakeRequest } from "../overload/index.ts";
import { chooseProfile } from "../profiles/index.ts";
import { createVideo } from "../videos/index.ts";
import { createAddresses } from "./addresses.ts";
import { type Answer, createAnswer, defaultKeepAlive, type KeepAlive } from "./answer.ts";
import { readObject } from "./fields.ts";
import { type Ending, followVideo } from "./follow-video.ts";
import { createLines, errorLine } from "./lines.ts";
import { parseRender, parseRendering, type RestRequest, renameField } from "./parse-request.ts";
import { sendRefused, toRefused } from "./refuse.ts";
import { restErrors } from "./rest-error.ts";
import { waitReasonOf } from "./wait-reason.ts";

interface RestOptions {
  deps: OperationDeps;
  authenticate: Authenticate;
  /** Throws `RateLimitedError` for a key with too many requests. Default: no limit. */
  takeRequest?: TakeRequest;
  /** Public URL of this API, without a trailing slash. */
  publicUrl: string;
  keepAlive?: KeepAlive;
  /** Interval for checking the key of a waiting request again, in milliseconds. Default 10 s. */
  recheckMs?: number;
}

type Ready = Extract<Ending, { isReady: true }>;

/** An address: what it accepts, and how it answers when the MP4 is there. */
interface Route {
  parse: (body: Readonly<Record<string, unknown>>) => RestRequest;
  toBody: (ready: Ready) => Promise<object>;
}

/** The requests that a process is answering. */
export interface Rest extends AsyncDisposable {
  handles(path: string): boolean;
  /** By the headers alone. Throws an error for `refuse`. */
  admit(req: IncomingMessage): Promise<Viewer>;
  /** Settles when the request is answered. Creating the video passes the gate; waiting for it does not. */
  answer(req: IncomingMessage, res: ServerResponse, given: GivenRequest): Promise<void>;
  refuse(res: ServerResponse, error: unknown): void;
  /** Answers all requests now. Their videos are made nevertheless. */
  stop(): void;
}

interface GivenRequest {
  viewer: Viewer;
  body: Buffer;
  gate: Gate;
}

/**
 * `POST /v1/video/rendering` and `POST /render`: a thin shell around `createVideo` and the live progress of
 * `videoProgress`. A client that leaves cancels nothing.
 */
export function createRest(options: RestOptions): Rest {
  const { deps, authenticate, publicUrl, keepAlive = defaultKeepAlive, recheckMs = 10_000 } = options;
  const checks = { authenticate, clock: deps.clock, recheckMs };
  const addresses = createAddresses(deps);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const routes = new Map<string, Route>([
    [
      "/v1/video/rendering",
      {
        parse: parseRendering,
        toBody: async ({ video, download }) => ({
          message: "Video generation completed",
          video_url: await addresses.download(video, download.key),
        }),
      },
    ],
    [
      "/render",
      {
        parse: parseRender,
        toBody: async ({ video, download }) => ({
          video_path: await addresses.download(video, download.key),
          duration: video.durationMs === null ? null : video.durationMs / 1_000,
          file_size: download.sizeBytes,
          videoId: encodeGlobalId("Video", video.id),
          thumbnail_url: await addresses.poster(video),
        }),
      },
    ],
  ]);

  async function create(viewer: Viewer, { video, names }: RestRequest): Promise<string> {
    try {
      await assertDownloadable(viewer, video.profile);
      const { videoId } = await createVideo(deps, viewer, video);
      return videoId;
    } catch (error) {
      throw renameField(error, names);
    }
  }

  /** The MP4 is a variant in H.264. */
  async function assertDownloadable({ workspaceId }: Viewer, name: string | null | undefined): Promise<void> {
    const { rungs, name: chosen } = await chooseProfile(deps.db, workspaceId, name);
    if (rungs.some(({ codec }) => codec === "H264")) return;
    throw restErrors.field(
      "profile",
      `${JSON.stringify(chosen)} has no H.264 rung, of which the MP4 is made. Use another profile, or add such a rung.`,
    );
  }

  async function follow(
    viewer: Viewer,
    videoId: string,
    answer: Answer,
    { signal, toBody }: Pick<Route, "toBody"> & { signal: AbortSignal },
  ): Promise<void> {
    const lines = createLines(encodeGlobalId("Video", videoId));
    const target = { workspaceId: viewer.workspaceId, videoId };
    answer.onSilence(async () => lines.waiting(await waitReasonOf(deps, videoId)));
    const ending = await followVideo(deps, target, {
      signal,
      async onState(video) {
        if (!answer.isStream) return;
        const hlsUrl = await addresses.hls(video);
        await answer.write(lines.next({ step: video.step?.step ?? null, hlsUrl }));
      },
    });
    if (!answer.isStream) {
      if (ending.isReady) answer.send(200, await toBody(ending));
      else answer.send(500, { error: ending.message });
    } else if (ending.isReady) {
      const { video, download } = ending;
      await answer.write(lines.ready(await addresses.download(video, download.key)));
      answer.end("");
    } else answer.end(errorLine(ending.message));
  }

  async function answerRequest(
    req: IncomingMessage,
    res: ServerResponse,
    { viewer, body, gate }: GivenRequest,
  ): Promise<void> {
    using answer = createAnswer(res, keepAlive);
    const route = routes.get(pathOf(req));
    if (route === undefined) throw new Error(`REST has no ${pathOf(req)}.`);
    try {
      const request = route.parse(readObject(req.headers["content-type"], body));
      const videoId = await gate.run(() => (answer.gone.aborted ? null : create(viewer, request)));
      if (videoId === null) return;
      const url = statusUrl(publicUrl, encodeGlobalId("Video", videoId));
      res.setHeader("Location", url);
      answer.begin(request.isStreamed ? "STREAM" : "SILENT");
      const ended = new AbortController();
      using cleanup = new DisposableStack();
      const key = { token: tokenOf(req) ?? "", expiresAt: viewer.expiresAt };
      cleanup.defer(atKeyEnd(checks, key, () => ended.abort(restErrors.keyEnded(url))));
      const signal = AbortSignal.any([answer.gone, stopping.signal, ended.signal]);
      const { toBody } = route;
      await follow(viewer, videoId, answer, { signal, toBody }).catch((error: unknown) => {
        throw stopping.signal.aborted && error === stopping.signal.reason ? restErrors.closing(url) : error;
      });
    } catch (error) {
      if (answer.gone.aborted && error === answer.gone.reason) return;
      const refused = toRefused(error);
      const { errorId, message } = refused;
      if (errorId !== null) deps.log.error({ err: error, errorId }, "rest.failed");
      if (answer.isStream) answer.end(errorLine(message));
      else sendRefused(res, refused);
    }
  }

  return {
    handles: (path) => routes.has(path),
    async admit(req) {
      if (req.method !== "POST") throw restErrors.method();
      const token = tokenOf(req);
      const viewer = token === null ? null : await authenticate(token);
      if (viewer === null) {
        throw new UnauthenticatedError(
          "This requires a valid API key: send the header `Authorization: Bearer <api key>` or `X-API-Key: <api key>`.",
        );
      }
      options.takeRequest?.(viewer);
      requireScope(viewer, "WRITE");
      if (viewer.trustedDocumentsOnly) throw restErrors.documentsOnly();
      return viewer;
    },
    async answer(req, res, given) {
      const answering = answerRequest(req, res, given);
      running.add(answering);
      await answering.finally(() => running.delete(answering));
    },
    refuse(res, error) {
      const refused = toRefused(error);
      if (refused.errorId !== null) {
        deps.log.error({ err: error, errorId: refused.errorId }, "rest.failed");
      }
      sendRefused(res, refused);
    },
    stop: () => stopping.abort(new Error("The server is stopping.")),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("The server is stopping."));
      await Promise.allSettled(running);
    },
  };
}

const tokenOf = ({ headers }: IncomingMessage): string | null =>
  tokenIn(headers.authorization ?? headers["x-api-key"]);
