import { Mime } from "mime";
import otherTypes from "mime/types/other.js";
import standardTypes from "mime/types/standard.js";

/**
 * Media types for players. CMAF segments use `video/mp4` rather than the registered `video/iso.segment`,
 * because Safari, hls.js, caches and content filters all support it.
 */
const mediaTypes = {
  "application/vnd.apple.mpegurl": ["m3u8"],
  "video/mp4": ["mp4", "m4s", "cmfv", "m4v"],
  "audio/mp4": ["m4a", "cmfa"],
  "text/vtt": ["vtt"],
};

const types = new Mime(standardTypes, otherTypes);
types.define(mediaTypes, true);

/** The media type for a key's extension; `application/octet-stream` if unknown. */
export const contentTypeOf = (key: string): string => types.getType(key) ?? "application/octet-stream";
