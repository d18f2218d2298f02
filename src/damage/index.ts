/** Damaged stored objects: finding, showing and repairing them. */
export { repairVideo } from "./begin-repair.ts";
export { type DescribedDamage, describeDamages } from "./describe-damage.ts";
export { type Scrub, startScrub } from "./start-scrub.ts";
