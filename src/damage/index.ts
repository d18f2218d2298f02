/** Stored objects that are not what was made: found, shown, and mended. */
export { repairVideo } from "./begin-repair.ts";
export { type DescribedDamage, describeDamages } from "./describe-damage.ts";
export { type Scrub, startScrub } from "./start-scrub.ts";
