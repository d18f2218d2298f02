/** Capacity of this machine: speed and memory. */
export { RenderMemory, type ReservedFit } from "./render-memory.ts";
export { Throughput } from "./throughput.ts";
