/** Templates: folders of HTML, CSS and sounds that data turns into scenes, marks and spoken texts. */
export { builtInTemplates } from "./built-in.ts";
export { type CheckedData, checkData, type SchemaIssue } from "./check-data.ts";
export { loadTemplate, readTemplate, type Template } from "./load-template.ts";
export { type Fit, TemplateManifest } from "./manifest.ts";
export { assertPlainSchema } from "./plain-schema.ts";
export { languageOf, planScenes, type Scene, type Spoken, spokenTexts } from "./plan-scenes.ts";
export {
  type Clips,
  type PlannedScene,
  planTimeline,
  type Sound,
  type Timeline,
} from "./plan-timeline.ts";
export {
  invalidTemplate,
  messageOf,
  TemplateError,
  type TemplateErrorCode,
  type TemplateIssue,
  tooCostly,
} from "./template-error.ts";
export { filesIn, hashFiles, hashTemplate } from "./template-files.ts";
