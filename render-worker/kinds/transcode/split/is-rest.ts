import type { RenderRequested } from "@reelay/contracts";

/** Whether a task is for what a head left: it speaks of its parts only. */
export const isRest = ({ part }: Pick<RenderRequested, "part">): boolean =>
  part?.kind === "CHUNK" || part?.kind === "AUDIO";
