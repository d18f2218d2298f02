/** `serve`: until it is stopped. `drain`: until no task came for a while. `once`: one task. */
export const workerModes = ["serve", "drain", "once"] as const;
export type WorkerMode = (typeof workerModes)[number];
