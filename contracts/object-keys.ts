/** Where things lie in the object store. Whoever writes an object owns it: attempts belong to workers, the rest to the API. */

const video = (videoId: string) => `videos/${videoId}/`;

export const objectKeys = {
  video,
  source: (videoId: string, filename: string) => `${video(videoId)}source/${filename}`,
  /** Stable address; rewritten by the API as variants become playable. */
  master: (videoId: string) => `${video(videoId)}manifest/master.m3u8`,
  /** A rendition's playlist that the API joins from the parts of several tasks; at a stable address. */
  joinedPlaylist: (videoId: string, rendition: string) => `${video(videoId)}variants/${rendition}/index.m3u8`,
  /** The same as a DASH manifest; written by the API once the video is READY. */
  dash: (videoId: string) => `${video(videoId)}manifest/stream.mpd`,
  poster: (videoId: string) => `${video(videoId)}poster.jpg`,
  /** The WebVTT of a caption track; `writeId` is of one content. */
  captions: (videoId: string, writeId: string) => `${video(videoId)}captions/${writeId}/captions.vtt`,
  /** The media playlist that names it. */
  captionsPlaylist: (videoId: string, writeId: string) => `${video(videoId)}captions/${writeId}/index.m3u8`,
  status: (videoId: string) => `${video(videoId)}status.json`,
  attempt: (videoId: string, attemptId: string) => `${video(videoId)}attempts/${attemptId}/`,
  attemptManifest: (videoId: string, attemptId: string) =>
    `${video(videoId)}attempts/${attemptId}/manifest.json`,
  /** A variant's (or the audio rendition's, named `audio`) file: init.mp4, a segment, index.m3u8. */
  attemptFile: (videoId: string, attemptId: string, variant: string, file: string) =>
    `${video(videoId)}attempts/${attemptId}/${variant}/${file}`,
  attemptPoster: (videoId: string, attemptId: string) => `${video(videoId)}attempts/${attemptId}/poster.jpg`,
} as const;
