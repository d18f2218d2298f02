/** Videos that a painter draws: their frames are encoded in chunks while they are drawn. */
export { checkDrawing, issue } from "./check-drawing.ts";
export { type ChunkIndex, createChunkIndex } from "./chunk-index.ts";
export { drawScene } from "./draw-scene.ts";
export { drawScenes, type Stretch } from "./draw-scenes.ts";
export { fetchMaterials } from "./fetch-materials.ts";
export { groupLooks } from "./group-looks.ts";
export { type DrawingAttempt, readSourceText, runDrawing } from "./run-drawing.ts";
export { setUpEasel } from "./set-up-easel.ts";
