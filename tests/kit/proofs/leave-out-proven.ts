import { hashOwnInputs } from "./inputs.ts";
import { COMMITTED, explainLack, findPasses, proofsFolder } from "./passes.ts";
import { proofs } from "./proofs.ts";

/** The test files that this run leaves out, from the repository's root. Prints which, and why. */
export function leaveOutProven(): string[] {
  if (!proofsFolder) return [];
  const hashes = hashOwnInputs(proofs);
  const passes = findPasses({ folder: proofsFolder, committed: COMMITTED }, hashes);
  for (const [proof, own] of hashes) {
    const pass = passes.get(proof);
    console.log(
      pass
        ? `Skipped: ${proof.name} passed on ${pass.passed} with these files, packages and tools (${proof.tests.join(", ")})`
        : `Runs: ${proof.name}: ${explainLack(COMMITTED, proof, own)}`,
    );
  }
  return [...passes.keys()].flatMap(({ tests }) => tests);
}
