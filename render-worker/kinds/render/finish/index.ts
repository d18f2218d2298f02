/** End of a render: quality, provenance, manifest. */
export { conclude } from "./conclude.ts";
export { describeOutput } from "./describe-output.ts";
export { readRenditions } from "./read-renditions.ts";
export { writeManifest } from "./write-manifest.ts";
