export type { VideoDoc, VideoFields } from "./collections/video-doc.ts";
export type { ReelayPluginOptions } from "./options.ts";
export { reelay } from "./plugin.ts";
