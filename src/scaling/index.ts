/** How many workers the queue wants: one number for everything that starts and stops them. */
export { planScaling } from "./plan-scaling.ts";
export { type PoolDemand, readDemand, readScaling, type Scaling } from "./read-scaling.ts";
