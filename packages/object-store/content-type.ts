import { Mime } from "mime";
import otherTypes from "mime/types/other.js";
import standardTypes from "mime/types/standard.js";

/**
 * The types that players look at. `video/mp4` for CMAF segments rather than the registered `video/iso.segment`: Safari, hls.js,
 * caches and content filters all know it.
 */
const mediaTypes = {
  "application/vnd.apple.mpegurl": ["m3u8"],
  "video/mp4": ["mp4", "m4s", "cmfv", "m4v"],
  "audio/mp4": ["m4a", "cmfa"],
  "text/vtt": ["vtt"],
};

const types = new Mime(standardTypes, otherTypes);
types.define(mediaTypes, true);

/** The media type by a key's ending; `application/octet-stream` when it says nothing. */
export const contentTypeOf = (key: string): string => types.getType(key) ?? "application/octet-stream";
