import type { TranscodeParams } from "@reelay/contracts";

/** Whether a task is for what a head left: it speaks of its parts only. */
export const isRest = ({ part }: Pick<TranscodeParams, "part">): boolean =>
  part?.kind === "CHUNK" || part?.kind === "AUDIO";
