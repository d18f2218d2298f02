import type { ResumableUploads } from "@reelay/object-store";
import type { UploadGateway } from "../context/index.ts";

/** Clients upload straight into the bucket: the address is a resumable session URI that the store made. */
export const createGcsUploadGateway = (store: ResumableUploads): UploadGateway => ({
  protocol: "GCS_RESUMABLE",
  async open({ objectKey, sizeBytes, contentType }) {
    const type = contentType ?? "application/octet-stream";
    return {
      url: await store.createResumableUpload(objectKey, { sizeBytes, contentType: type }),
      tokenHash: null,
    };
  },
  // What was not finished is no object; the bucket drops the session after a week.
  remove: () => Promise.resolve(),
});
