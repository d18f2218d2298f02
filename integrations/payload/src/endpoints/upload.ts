import { ReelayError, VideoByExternalIdDocument } from "@reelay/client";
import type { Endpoint, Payload } from "payload";
import type { VideoDoc } from "../collections/video-doc.ts";
import { deleteVideo } from "../sync/deletions.ts";
import { type VideoNow, VideosNowDocument } from "../sync/documents.ts";
import type { Sync } from "../sync/registry.ts";
import { writeVideo } from "../sync/videos.ts";
import { answering, findWritable, Refusal, requireUser, syncOf } from "./request.ts";

interface File {
  filename: string;
  sizeBytes: number;
  contentType: string | undefined;
}

export interface UploadTarget {
  videoId: string;
  url: string;
  protocol: "TUS" | "GCS_RESUMABLE";
}

const TIMEOUT_MS = 20_000;

/**
 * `POST /api/reelay/uploads` with `{ id, filename, sizeBytes, contentType }`: where the browser may send the
 * file of this document. The answer's address takes exactly this file and expires; the API key stays here.
 * Asked again for the same file, also after a reload, it gives the same address, where the upload goes on.
 */
export const uploadEndpoint: Endpoint = {
  path: "/reelay/uploads",
  method: "post",
  handler: answering(async (req) => {
    requireUser(req);
    const sync = syncOf(req);
    const { id, file } = parse(await req.json?.());
    const doc = await findWritable(req, sync.settings.slug, id);
    try {
      return Response.json(await giveTarget(req.payload, sync, doc, file));
    } catch (error) {
      if (error instanceof ReelayError) throw new Refusal(502, error.code, `Reelay: ${error.message}`);
      throw error;
    }
  }),
};

async function giveTarget(payload: Payload, sync: Sync, doc: VideoDoc, file: File): Promise<UploadTarget> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { client, settings } = sync;
  const isSameFile = doc.filename === file.filename && doc.sizeBytes === file.sizeBytes;
  let key = doc.reelayKey;
  const now = await findNow(sync, doc, signal);
  if (now && now.status !== "AWAITING_SOURCE" && now.status !== "FAILED")
    throw new Refusal(
      409,
      "VIDEO_EXISTS",
      "This document has its video already: make another one for another file.",
    );
  if (now?.upload && isSameFile) {
    if (doc.reelayId !== now.id) await writeVideo(payload, settings.slug, doc.id, { reelayId: now.id });
    return { videoId: now.id, ...target(now.upload) };
  }
  if (now) await deleteVideo(client, now.id, signal);

  // A key for each file, written down before the video is made: what was made twice is one, what got lost is
  // found again.
  if (!key || now || doc.reelayId || !isSameFile) {
    const { filename, sizeBytes } = file;
    key = `payload/${settings.slug}/${doc.id}/${crypto.randomUUID()}`;
    await writeVideo(payload, settings.slug, doc.id, { reelayKey: key, reelayId: null, filename, sizeBytes });
  }
  const made = await client.createVideo(
    {
      title: doc.title,
      externalId: key,
      idempotencyKey: key,
      ...(settings.profile !== null && { profile: settings.profile }),
      source: { upload: { ...file, contentType: file.contentType ?? null } },
    },
    { signal },
  );
  if (!made.ok) throw new Refusal(422, made.error.code, made.error.message);
  const { id, upload } = made.video;
  if (!upload) throw new Refusal(409, "UPLOAD_OVER", "The file of this document was uploaded already.");
  await writeVideo(payload, settings.slug, doc.id, {
    reelayId: id,
    status: "AWAITING_SOURCE",
    progress: 0,
    errorCode: null,
    errorMessage: null,
  });
  return { videoId: id, ...target(upload) };
}

/**
 * The video that the document has; null for none. One that was made without the document's knowing is found
 * by its key.
 */
async function findNow({ client }: Sync, doc: VideoDoc, signal: AbortSignal): Promise<VideoNow | null> {
  let id = doc.reelayId;
  if (!id && doc.reelayKey) {
    const variables = { externalId: doc.reelayKey };
    id = (await client.query(VideoByExternalIdDocument, variables, { signal })).videoByExternalId?.id ?? null;
  }
  if (!id) return null;
  return (await client.query(VideosNowDocument, { ids: [id] }, { signal })).nodes[0] ?? null;
}

const target = ({ url, protocol }: { url: string; protocol: UploadTarget["protocol"] }) => ({
  url,
  protocol,
});

function parse(body: unknown): { id: string; file: File } {
  const { id, filename, sizeBytes, contentType } = (body ?? {}) as Record<string, unknown>;
  const isId = typeof id === "string" || typeof id === "number";
  if (
    isId &&
    typeof filename === "string" &&
    typeof sizeBytes === "number" &&
    Number.isSafeInteger(sizeBytes)
  ) {
    const type = typeof contentType === "string" && contentType !== "" ? contentType : undefined;
    return { id: String(id), file: { filename, sizeBytes, contentType: type } };
  }
  throw new Refusal(
    400,
    "BODY_INVALID",
    "Expected { id, filename, sizeBytes, contentType? } of the document and its file.",
  );
}
