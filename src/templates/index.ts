/** Templates: what turns data into the scenes of a video. */
export { findTemplate, type KnownTemplate, listTemplates } from "./find-template.ts";
