/**
 * Keys of the object store. The writer of an object owns it: attempts belong to workers, the rest to the API.
 */

const video = (videoId: string) => `videos/${videoId}/`;
const template = (templateId: string) => `templates/${templateId}/`;
const check = (checkId: string) => `checks/${checkId}/`;
const batch = (batchId: string) => `batches/${batchId}/`;
const material = (materialId: string) => `materials/${materialId}/`;
const speech = (workspaceId: string) => `speech/${workspaceId}/`;
const chunks = (workspaceId: string) => `chunks/${workspaceId}/`;
const joinedPlaylists = (videoId: string) => `${video(videoId)}variants/`;

export const objectKeys = {
  video,
  source: (videoId: string, filename: string) => `${video(videoId)}source/${filename}`,
  /** Stable address. The API rewrites it as variants become playable. */
  master: (videoId: string) => `${video(videoId)}manifest/master.m3u8`,
  /** Source of an edition after the first. */
  editionSource: (videoId: string, editionId: string, filename: string) =>
    `${video(videoId)}source/${editionId}/${filename}`,
  /** Folder of the playlists that the API joins from parts. */
  joinedPlaylists,
  /** Playlist of a rendition that the API joins from parts. Stable address of its edition. */
  joinedPlaylist: (videoId: string, rendition: string, edition = 1) =>
    `${joinedPlaylists(videoId)}${rendition}${edition === 1 ? "" : `.e${edition}`}/index.m3u8`,
  /** DASH manifest. The API writes it once the video is READY. */
  dash: (videoId: string) => `${video(videoId)}manifest/stream.mpd`,
  poster: (videoId: string) => `${video(videoId)}poster.jpg`,
  /** WebVTT of a caption track. Other content gets another `writeId`. */
  captions: (videoId: string, writeId: string) => `${video(videoId)}captions/${writeId}/captions.vtt`,
  /** The media playlist of a caption track. */
  captionsPlaylist: (videoId: string, writeId: string) => `${video(videoId)}captions/${writeId}/index.m3u8`,
  status: (videoId: string) => `${video(videoId)}status.json`,
  attempt: (videoId: string, attemptId: string) => `${video(videoId)}attempts/${attemptId}/`,
  attemptManifest: (videoId: string, attemptId: string) =>
    `${video(videoId)}attempts/${attemptId}/manifest.json`,
  /** A file of a variant, or of the `audio` rendition: init.mp4, a segment, index.m3u8. */
  attemptFile: (videoId: string, attemptId: string, variant: string, file: string) =>
    `${video(videoId)}attempts/${attemptId}/${variant}/${file}`,
  /** WebVTT that a worker made of a narration. The API makes a caption track of it. */
  attemptCaptions: (videoId: string, attemptId: string) =>
    `${video(videoId)}attempts/${attemptId}/captions.vtt`,
  template,
  templateFile: (templateId: string, path: string) => `${template(templateId)}${path}`,
  check,
  /** A still of a check: its address is as secret as `secret`. */
  still: (checkId: string, secret: string, scene: number) => `${check(checkId)}${secret}/${scene}.jpg`,
  batch,
  /** The rows of a batch as they were sent. Other rows get another `writeId`. */
  batchSource: (batchId: string, writeId: string) => `${batch(batchId)}source/${writeId}`,
  /** What a batch made: its counts, and the address of each row's video. */
  batchManifest: (batchId: string) => `${batch(batchId)}manifest.json`,
  /** A picture of a row: its address is as secret as `secret`. */
  batchStill: (batchId: string, secret: string, rowId: string) =>
    `${batch(batchId)}stills/${secret}/${rowId}.jpg`,
  batchRows: (batchId: string) => `${batch(batchId)}rows.csv`,
  /** Spoken texts of a workspace, by their keys. */
  speech,
  /** Finished chunks of a workspace's videos, by digests of their `chunkIdentity`. */
  chunks,
  material,
  materialFile: (materialId: string, filename: string) => `${material(materialId)}${filename}`,
  attemptPoster: (videoId: string, attemptId: string) => `${video(videoId)}attempts/${attemptId}/poster.jpg`,
} as const;
