/** Workers on instances of Compute Engine. */
export { computeEngine } from "./compute-engine.ts";
