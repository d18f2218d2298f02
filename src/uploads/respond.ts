import type { ServerResponse } from "node:http";
import type { UploadRefusal } from "./upload-errors.ts";

/** Headers that the tus server sets on its own answers, for answers of ours. */
const openToBrowsers = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Upload-Offset, Upload-Length, Tus-Resumable, Content-Type",
  "cache-control": "no-store",
  "tus-resumable": "1.0.0",
};

/** By status: an overload passes sooner than a full disk. */
const retryAfterSeconds: Readonly<Record<number, string>> = { 503: "2", 507: "5" };

export function refuse(res: ServerResponse, refusal: UploadRefusal): void {
  if (res.headersSent || res.destroyed) return;
  const body = JSON.stringify({ code: refusal.code, message: refusal.message });
  const type = {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  };
  const retry = retryAfterSeconds[refusal.status];
  const version = refusal.status === 412 ? { "tus-version": "1.0.0" } : {};
  res
    .writeHead(refusal.status, {
      ...openToBrowsers,
      ...type,
      ...version,
      ...(retry !== undefined && { "retry-after": retry }),
    })
    .end(body);
}

/** The answer to HEAD or PATCH on an upload that was received, for a client that missed it. */
export function answerReceived(res: ServerResponse, method: string | undefined, sizeBytes: number): void {
  const offsets = { "upload-offset": sizeBytes, "upload-length": sizeBytes };
  res.writeHead(method === "HEAD" ? 200 : 204, { ...openToBrowsers, ...offsets }).end();
}
