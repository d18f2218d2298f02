/** Materials: fonts, pictures and sounds of a workspace, which scripts use by their file names. */

export { chooseClip, chooseMaterials } from "./choose-materials.ts";
export { createMaterial } from "./create-material.ts";
export { deleteMaterial } from "./delete-material.ts";
export { failMaterial, materialTerminated } from "./fail-material.ts";
export { holdMaterials } from "./hold-materials.ts";
export { readTableMaterial } from "./read-table-material.ts";
export { completeMaterial, receiveMaterial } from "./receive-material.ts";
export { sweepMaterials } from "./sweep-materials.ts";
