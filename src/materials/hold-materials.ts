import type { SourceMaterial } from "@reelay/contracts";
import type { Tx } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { notFound } from "./choose-materials.ts";

/**
 * Records which materials a new video or edition uses, in the transaction that writes it. The lock on their
 * rows lasts until the commit: `deleteMaterial` waits, and finds the video's job. Throws `InvalidInputError`
 * (`MATERIAL_NOT_FOUND`) if one was deleted since it was chosen.
 */
export async function holdMaterials(
  tx: Tx,
  {
    videoId,
    materials,
    field,
  }: { videoId: string; materials: readonly Pick<SourceMaterial, "materialId">[]; field: string },
): Promise<void> {
  const ids = materials.map(({ materialId }) => materialId);
  const used = await tx.$queryRaw<{ id: string }[]>`
    WITH kept AS (SELECT id FROM materials WHERE id = ANY(${ids}::uuid[]) FOR KEY SHARE), used AS (
      INSERT INTO video_materials (video_id, material_id) SELECT ${videoId}::uuid, id FROM kept ON CONFLICT DO NOTHING)
    SELECT id FROM kept`;
  const isUsed = new Set(used.map(({ id }) => id));
  const gone = ids.find((id) => !isUsed.has(id));
  if (gone !== undefined) throw notFound(field, encodeGlobalId("Material", gone));
}
