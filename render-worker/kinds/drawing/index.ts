/** Videos that a painter draws: their frames are encoded in chunks while they are drawn. */
export { checkDrawing, issue } from "./check-drawing.ts";
export { fetchMaterials } from "./fetch-materials.ts";
export { type DrawingAttempt, type PreparedScene, readSourceText, runDrawing } from "./run-drawing.ts";
export { setUpEasel } from "./set-up-easel.ts";
