/** Templates: what turns data into the scenes of a video. */
export { findTemplate, type KnownTemplate, listTemplates, showsQuestions } from "./find-template.ts";
