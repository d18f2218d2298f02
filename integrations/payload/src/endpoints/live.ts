import type { VideoStateFragment } from "@reelay/client";
import type { Endpoint, PayloadRequest } from "payload";
import { toFields, type VideoDoc } from "../collections/video-doc.ts";
import type { Sync } from "../sync/registry.ts";
import type { LiveVideo } from "./live-video.ts";
import { answering, findReadable, Refusal, requireUser, syncOf } from "./request.ts";

const MAX_VIDEOS = 100;
/** Proxies close what is silent for longer. */
const HEARTBEAT_MS = 15_000;

/**
 * `GET /api/reelay/live?ids=1,2`: the videos of these documents as server-sent events, now and at every
 * change, for who may read them. The server subscribes and forwards to the browser, so that no key leaves the
 * server.
 */
export const liveEndpoint: Endpoint = {
  path: "/reelay/live",
  method: "get",
  handler: answering(async (req) => {
    requireUser(req);
    const sync = syncOf(req);
    const ids = (req.searchParams.get("ids") ?? "").split(",").filter((id) => id !== "");
    if (ids.length === 0 || ids.length > MAX_VIDEOS)
      throw new Refusal(
        400,
        "IDS_INVALID",
        `Expected ids=…, 1 to ${MAX_VIDEOS} of documents, separated by commas.`,
      );
    const docs = await findReadable(req, sync.settings.slug, ids);
    return new Response(stream(req, sync, docs), {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store, no-transform",
        // nginx would keep it back.
        "x-accel-buffering": "no",
      },
    });
  }),
};

function stream(req: PayloadRequest, sync: Sync, docs: VideoDoc[]): ReadableStream<Uint8Array> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const encoder = new TextEncoder();
  req.signal?.addEventListener("abort", end, { once: true });
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        if (!ended.signal.aborted) controller.enqueue(encoder.encode(text));
      };
      const tell = (video: LiveVideo) => send(`data: ${JSON.stringify(video)}\n\n`);
      const heartbeat = setInterval(() => send(":\n\n"), HEARTBEAT_MS);
      ended.signal.addEventListener("abort", () => clearInterval(heartbeat), { once: true });
      for (const doc of docs) {
        tell(ofDocument(doc));
        watch(sync, doc, tell, ended.signal).catch((error: unknown) => {
          if (!ended.signal.aborted)
            req.payload.logger.warn({ err: error, msg: `reelay: ${doc.id} is not watched` });
        });
      }
    },
    cancel: end,
  });
}

async function watch(
  sync: Sync,
  doc: VideoDoc,
  tell: (video: LiveVideo) => void,
  signal: AbortSignal,
): Promise<void> {
  if (!doc.reelayId || doc.status === "DELETED") return;
  let { status } = doc;
  for await (const video of sync.client.watch(doc.reelayId, { signal, until: "DELETED" })) {
    tell(ofVideo(doc, video));
    // The document must match what users see, with or without a webhook.
    if (video.status !== status) sync.ring();
    status = video.status;
  }
  tell({ ...ofDocument(doc), ...toFields(null) });
  sync.ring();
}

const ofDocument = (doc: VideoDoc): LiveVideo => ({
  id: String(doc.id),
  isLive: false,
  status: doc.status ?? null,
  progress: doc.progress ?? null,
  hlsUrl: doc.hlsUrl ?? null,
  posterUrl: doc.posterUrl ?? null,
  storyboardUrl: doc.storyboardUrl ?? null,
  durationMs: doc.durationMs ?? null,
  filename: doc.filename ?? null,
  errorMessage: doc.errorMessage ?? null,
  variants: [],
});

const ofVideo = (doc: VideoDoc, video: VideoStateFragment): LiveVideo => ({
  id: String(doc.id),
  isLive: true,
  status: video.status,
  progress: video.progress,
  hlsUrl: video.playback?.hlsUrl ?? null,
  posterUrl: video.playback?.posterUrl ?? null,
  storyboardUrl: video.playback?.storyboardUrl ?? null,
  durationMs: video.durationMs ?? null,
  filename: doc.filename ?? null,
  errorMessage: video.error?.message ?? null,
  variants: video.variants.map(({ name, status, fraction, fps, etaMs }) => ({
    name,
    status,
    fraction,
    fps: fps ?? null,
    etaMs: etaMs ?? null,
  })),
});
