/** Operations on videos. */

export { videoNotFound } from "../auth/own-video.ts";
export { variantFraction, videoProgress } from "../progress/video-progress.ts";
export { checkTags, normalizeTag } from "./check-input.ts";
export { createVideo } from "./create-video.ts";
export { deleteVideo } from "./delete-video.ts";
export { findByMetadata } from "./find-by-metadata.ts";
export { noteOnSounds } from "./note-on-sounds.ts";
export { completeUpload, receiveSource } from "./receive-source.ts";
export { tagVideo } from "./tag-video.ts";
export { updateVideo } from "./update-video.ts";
