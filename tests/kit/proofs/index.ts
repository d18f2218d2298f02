export { findOwnInputs, type Hashes, hashOwnInputs } from "./inputs.ts";
export { leaveOutProven } from "./leave-out-proven.ts";
export { COMMITTED, commitPasses, explainLack, findPasses, proofsFolder, recordPasses } from "./passes.ts";
export { type Proof, proofs } from "./proofs.ts";
