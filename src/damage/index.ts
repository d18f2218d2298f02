/** Damaged stored objects: finding, showing and repairing them. */
export { repairVideo } from "../kinds/repair/begin-repair.ts";
export { type Scrub, startScrub } from "../scrub/start-scrub.ts";
export { type DescribedDamage, describeDamages } from "./describe-damage.ts";
