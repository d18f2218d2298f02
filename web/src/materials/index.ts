/** Files of the workspace that videos use. */

export { uploadMaterial } from "./upload-material.ts";
