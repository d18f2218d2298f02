/** Files of the workspace that videos use. */

export { uploadMaterial } from "./upload-material.ts";
export { UploadMaterials } from "./upload-materials.tsx";
