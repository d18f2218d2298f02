import type { Capabilities, Pool } from "@reelay/contracts";

/** The default pools of a worker: includes that for GPUs if an encoder or decoder works on a device. Pure. */
export const poolsOf = ({ encoders, decoders }: Capabilities): Pool[] =>
  encoders.some(({ device }) => device !== null) || decoders.length > 0 ? ["gpu", "cpu"] : ["cpu"];
