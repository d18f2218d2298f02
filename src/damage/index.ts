/** Damaged stored objects: finding and showing them. */
export { damagedParts } from "./damaged-parts.ts";
export { type DescribedDamage, describeDamages } from "./describe-damage.ts";
export { type InspectedVideo, inspectedRows } from "./expected-objects.ts";
export { inspectVideo } from "./inspect-video.ts";
export { noteDamagedObject, removeReplaced } from "./note-damage.ts";
export { recordInspection, removeDamages } from "./record-damage.ts";
