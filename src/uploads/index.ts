/** Uploads of sources and materials: by tus into the local store, or straight into Google Cloud Storage. */

export { createGcsUploadGateway } from "./gcs-upload-gateway.ts";
export { createTusUploadGateway } from "./tus-upload-gateway.ts";
export { createTusUploads } from "./tus-uploads.ts";
