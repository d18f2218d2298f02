import type { UploadProtocol } from "../../prisma/generated/enums.ts";
import type { OperationDeps } from "../context/index.ts";
import { checkUploadSize, type SizeLimit } from "./check-size.ts";
import { toSafeFilename } from "./safe-filename.ts";

/** A file as a client announces it. */
export interface AskedUpload {
  filename: string;
  sizeBytes: bigint | number;
  contentType?: string | null;
}

/** The columns of a row that awaits an upload. */
export interface OpenedUpload {
  filename: string;
  contentType: string | null;
  sizeBytes: bigint;
  objectKey: string;
  uploadProtocol: UploadProtocol;
  uploadUrl: string;
  uploadTokenHash: string | null;
  uploadExpiresAt: Date;
}

/** Checks an upload, and opens an address for it. Throws `InvalidInputError`. */
export async function openUpload(
  { uploads, limits, log }: Pick<OperationDeps, "uploads" | "limits" | "log">,
  asked: AskedUpload,
  {
    uploadId,
    keyOf,
    now,
    ...limit
  }: {
    /** Id of the row. */
    uploadId: string;
    keyOf: (filename: string) => string;
    now: Date;
  } & SizeLimit,
): Promise<{
  upload: OpenedUpload;
  /** Drops the upload, because its row was not written. */
  forget: () => Promise<void>;
}> {
  const sizeBytes = checkUploadSize(Number(asked.sizeBytes), limit);
  const filename = toSafeFilename(asked.filename);
  const contentType = asked.contentType?.replaceAll("\0", "").slice(0, 200) ?? null;
  const objectKey = keyOf(filename);
  const expiresAt = new Date(now.getTime() + limits.uploadExpiryMs);
  const opened = await uploads.open({ uploadId, objectKey, sizeBytes, contentType, expiresAt });
  return {
    upload: {
      ...{ filename, contentType, objectKey, sizeBytes: BigInt(sizeBytes) },
      uploadProtocol: uploads.protocol,
      uploadUrl: opened.url,
      uploadTokenHash: opened.tokenHash,
      uploadExpiresAt: expiresAt,
    },
    // If that fails, the upload expires.
    forget: () =>
      uploads
        .remove(uploadId)
        .catch((error: unknown) => log.warn({ err: error, uploadId }, "upload.not-removed")),
  };
}
