/** Live progress: what viewers see while it happens. */
export * from "./create-live-progress.ts";
export * from "./live-progress.ts";
