export { UploadError, type UploadErrorCode } from "./errors.ts";
export {
  findUpload,
  forgetUpload,
  type KeyValueStorage,
  type SavedUpload,
  saveUpload,
} from "./kept-upload.ts";
export type { UploadFile, UploadProtocol } from "./transport.ts";
export {
  type UploadHandle,
  type UploadOptions,
  type UploadProgress,
  type UploadState,
  upload,
} from "./upload.ts";
