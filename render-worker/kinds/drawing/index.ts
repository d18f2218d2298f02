/** Videos that a painter draws: their frames are encoded in chunks while they are drawn. */
export { drawScene, type Scene } from "./draw-scene.ts";
export { fetchMaterials } from "./fetch-materials.ts";
export { MAX_HELD_BYTES } from "./held-frames.ts";
export { toKnownChunks } from "./known-chunk.ts";
export { setUpEasel } from "./set-up-easel.ts";
export { storyboardOfVariant } from "./storyboard-of-variant.ts";
export { toSourceFile } from "./to-source-file.ts";
