import { objectKeys } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError } from "../errors/index.ts";
import { type AskedUpload, openUpload, toSafeFilename } from "../upload-addresses/index.ts";
import { checkSourceUrl } from "./check-input.ts";
import type { ScriptInput } from "./check-script.ts";
import { decodePath } from "./decode-path.ts";
import type { NewVideo } from "./insert-video.ts";
import { type DrawnText, planDrawn } from "./plan-drawn.ts";
import type { TemplateInput } from "./plan-template.ts";

/** The origin of a source: exactly one field. */
export interface SourceInput {
  upload?: AskedUpload | null;
  url?: { url: string; filename?: string | null } | null;
  manim?: ScriptInput | null;
  template?: TemplateInput | null;
}

/** A source before its video is written. */
interface BegunSource {
  source: NewVideo["source"];
  /** Removes what was prepared for it, because its video was not written. */
  forget: () => Promise<void>;
}

interface Subject {
  videoId: string;
  /** Of an edition after the first, whose source is stored beside the published one's. */
  editionId?: string;
  workspaceId: string;
  now: Date;
  maxBytes: number;
}

const nothing = () => Promise.resolve();

/**
 * Checks a source, and opens its upload or stores its script or data. Throws `InvalidInputError`,
 * `InvalidDataError`, `ConflictError`.
 */
export async function beginSource(
  deps: OperationDeps,
  { upload, url, ...drawn }: SourceInput,
  subject: Subject,
): Promise<BegunSource> {
  if (url) return { source: toUrlSource(deps, url, subject), forget: nothing };
  const text = await planDrawn(deps, subject.workspaceId, drawn);
  if (text) return await storeText(deps, subject, text);
  if (upload) return await beginUpload(deps, upload, subject);
  throw new InvalidInputError(
    "SOURCE_INVALID",
    "source",
    "source: has neither an upload, a url, a script (manim) nor data (template); pass exactly one of them.",
  );
}

function toUrlSource(
  { limits }: OperationDeps,
  { url, filename: asked }: NonNullable<SourceInput["url"]>,
  { videoId }: Subject,
): NewVideo["source"] {
  const address = checkSourceUrl(url, limits.allowPrivateUrls);
  const filename = toSafeFilename(asked ?? decodePath(address));
  return { kind: "URL", url: address.href, filename, objectKey: objectKeys.source(videoId, filename) };
}

/** In the store before its video is written, since the job may begin with the commit. */
async function storeText(
  { store, log }: OperationDeps,
  { videoId, editionId, now }: Subject,
  { content, ...text }: DrawnText,
): Promise<BegunSource> {
  const { filename, contentType } = text;
  const objectKey =
    editionId === undefined
      ? objectKeys.source(videoId, filename)
      : objectKeys.editionSource(videoId, editionId, filename);
  await store.put(objectKey, content, { contentType });
  const source: NewVideo["source"] = {
    ...text,
    sizeBytes: BigInt(Buffer.byteLength(content)),
    objectKey,
    receivedAt: now,
  };
  const forget = async () => {
    await store
      .delete(objectKey)
      .catch((error: unknown) => log.warn({ err: error, key: objectKey }, "script.not-removed"));
  };
  return { source, forget };
}

async function beginUpload(
  deps: OperationDeps,
  asked: AskedUpload,
  { videoId, now, maxBytes }: Subject,
): Promise<BegunSource> {
  const { upload, forget } = await openUpload(deps, asked, {
    uploadId: videoId,
    keyOf: (filename) => objectKeys.source(videoId, filename),
    now,
    ...{ field: "source.upload.sizeBytes", maxBytes, setting: "UPLOAD_MAX_BYTES" },
  });
  return { source: { kind: "UPLOAD", ...upload }, forget };
}
