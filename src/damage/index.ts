/** Damaged stored objects: finding and showing them. */
export { type DescribedDamage, describeDamages } from "./describe-damage.ts";
