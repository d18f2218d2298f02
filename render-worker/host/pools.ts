import type { Capabilities, Pool } from "@reelay/contracts";

/** The pools that a worker takes tasks of when nobody says: those for GPUs, too, when it has an encoder or decoder on a device. Pure. */
export const poolsOf = ({ encoders, decoders }: Capabilities): Pool[] =>
  encoders.some(({ device }) => device !== null) || decoders.length > 0 ? ["gpu", "cpu"] : ["cpu"];
