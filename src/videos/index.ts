/** Operations on videos. */
export { videoNotFound } from "../auth/index.ts";
export { variantFraction, videoProgress } from "../progress/index.ts";
export { beginEarly, readEarlySize } from "./begin-early.ts";
export { beginSource, type SourceInput } from "./begin-source.ts";
export {
  checkExternalId,
  checkMetadata,
  checkTags,
  checkTitle,
  normalizeTag,
} from "./check-input.ts";
export type { AspectRatio, ManimQuality } from "./check-script.ts";
export { type BackgroundInput, chooseBackground } from "./choose-background.ts";
export {
  type CheckedVideo,
  type CreateVideoInput,
  checkVideo,
  createVideo,
  externalIdTaken,
  holdSourceMaterials,
  keyOwnerOf,
  maxBytesOf,
  writeVideo,
} from "./create-video.ts";
export { deleteVideo } from "./delete-video.ts";
export { failUpload, uploadExpired, uploadTerminated } from "./fail-upload.ts";
export { findByMetadata } from "./find-by-metadata.ts";
export { noteOnAudioTracks } from "./note-on-audio-tracks.ts";
export { type DrawnText, planDrawn } from "./plan-drawn.ts";
export type { TemplateInput } from "./plan-template.ts";
export { planWith } from "./plan-template.ts";
export { completeUpload, receiveSource } from "./receive-source.ts";
export { tagVideo } from "./tag-video.ts";
export { updateVideo } from "./update-video.ts";
export { isUsedUp, usedUp, type VideoInput, withoutFigures } from "./use-upload-token.ts";
