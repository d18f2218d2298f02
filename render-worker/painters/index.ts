/** Programs that draw videos. They run in a jail and write the protocol of docs/reference/painters.md. */
export {
  type FindPainterOptions,
  findPainter,
  type InstalledPainter,
  UnsafeKindError,
} from "./find-painter.ts";
export { findTemplatePainter, type TemplatePainter } from "./find-template-painter.ts";
export { logPainter } from "./log-painter.ts";
