export { UploadError, type UploadErrorCode } from "./errors.ts";
export {
  forgetUpload,
  type KeptUpload,
  type KeyValueStorage,
  keepUpload,
  recallUpload,
} from "./kept-upload.ts";
export type { UploadFile, UploadProtocol } from "./transport.ts";
export {
  type UploadHandle,
  type UploadOptions,
  type UploadProgress,
  type UploadState,
  upload,
} from "./upload.ts";
