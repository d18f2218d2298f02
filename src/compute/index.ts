/** Where workers are started: one port, and an adapter for each kind of provider. */
export { backendKinds } from "./backend-kinds.ts";
export type { ComputeBackend, LaunchOrder, Machine } from "./compute-backend.ts";
export { LaunchError } from "./launch-error.ts";
