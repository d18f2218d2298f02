/** Rents workers: plans machines, calls providers, and compares what runs there with the rows. */
export { forgetLaunches } from "./forget-launches.ts";
export { type LaunchPlan, type LaunchTarget, openLaunchPlan } from "./launch-settings.ts";
export { createLauncher } from "./launcher.ts";
export type { PassedOver } from "./plan-launches.ts";
export { type LaunchSpend, type PoolWait, readLaunchSpend, readPoolWaits } from "./read-launch-spend.ts";
export { explainLaunches, type LaunchCounts, readLaunchCounts } from "./read-launches.ts";
export { type KnownTarget, readTargets } from "./read-targets.ts";
export { startLauncher } from "./start-launcher.ts";
export { tryTarget } from "./try-target.ts";
