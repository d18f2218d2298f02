/** What the kinds share whose frames a painter draws. */

export { drawingOperations } from "./drawing-operations.ts";
export { readEditionParts } from "./edition-parts.ts";
export { toDrawingParams } from "./to-drawing-params.ts";
