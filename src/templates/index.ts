/** Templates: what turns data into the scenes of a video. */
export {
  findTemplate,
  type KnownTemplate,
  listBuiltIn,
  listOwnTemplates,
  listTemplates,
  readTemplate,
  showsQuestions,
  toKnown,
  versionOf,
} from "./find-template.ts";
export { settleTemplate } from "./settle-template.ts";
