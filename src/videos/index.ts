/** What can be done with videos. */
export { belowMinimum, qualityNote } from "./below-minimum.ts";
export { createVideo } from "./create-video.ts";
export { deleteVideo } from "./delete-video.ts";
export { noteOnSounds } from "./note-on-sounds.ts";
export { videoNotFound } from "./own-video.ts";
export { completeUpload, receiveSource } from "./receive-source.ts";
export { updateVideo } from "./update-video.ts";
export { variantFraction, videoProgress } from "./video-progress.ts";
