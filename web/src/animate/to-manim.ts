import type { Draft } from "./draft.ts";

/** A draft as the source of a video. Pure. */
export function toManim({ script, scene, quality, aspectRatio, renderer, seed, materials }: Draft) {
  const name = scene.trim();
  const ids = materials.map(({ materialId }) => materialId);
  return {
    ...{ script, quality, aspectRatio, renderer, seed },
    ...(name && { scene: name }),
    ...(ids.length > 0 && { materials: ids }),
  };
}
