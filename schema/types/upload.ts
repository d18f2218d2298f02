import type { UploadProtocol as Protocol } from "../../prisma/generated/enums.ts";
import { hasScope, type Viewer } from "../../src/auth/index.ts";
import { builder } from "../builder.ts";
import { UploadProtocol } from "./enums.ts";

interface PendingUpload {
  url: string;
  protocol: Protocol;
  expiresAt: Date;
}

export const Upload = builder.objectRef<PendingUpload>("Upload").implement({
  description: "A pending upload.",
  fields: (t) => ({
    url: t.exposeString("url", {
      description: "Address to send the bytes to. It authorizes the upload itself; send no API key.",
    }),
    protocol: t.expose("protocol", { type: UploadProtocol, description: "Protocol of the address." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "When the address expires." }),
  }),
});

export const uploadColumns = { uploadUrl: true, uploadProtocol: true, uploadExpiresAt: true } as const;

interface UploadColumns {
  uploadUrl: string | null;
  uploadProtocol: Protocol | null;
  uploadExpiresAt: Date | null;
}

/** The upload of a row that awaits one. Its address permits writing, so readers do not see it. */
export function pendingUpload(row: UploadColumns, viewer: Viewer | null): PendingUpload | null {
  if (!viewer || !(hasScope(viewer, "WRITE") || viewer.grant?.kind === "UPLOAD")) return null;
  const { uploadUrl: url, uploadProtocol: protocol, uploadExpiresAt: expiresAt } = row;
  return url !== null && protocol && expiresAt ? { url, protocol, expiresAt } : null;
}
