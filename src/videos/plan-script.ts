import type { AnimationSettings } from "@reelay/contracts";
import type { Db } from "../database/index.ts";
import { chooseMaterials } from "../materials/index.ts";
import { checkScript, materialsField, type ScriptInput } from "./check-script.ts";

/**
 * How a script is to be drawn, with the materials of its workspace. Throws the `InvalidInputError`s of
 * `checkScript` and `chooseMaterials`, and `ConflictError` (`MATERIAL_NOT_READY`).
 */
export async function planScript(
  db: Db,
  workspaceId: string,
  input: ScriptInput,
): Promise<{ sizeBytes: number; settings: AnimationSettings }> {
  const { sizeBytes, settings } = checkScript(input);
  const asked = { ids: input.materials ?? [], field: materialsField };
  const materials = await chooseMaterials(db, workspaceId, asked);
  return { sizeBytes, settings: { ...settings, ...(materials.length > 0 && { materials }) } };
}
