/** A vitest reporter: records which proofs passed, so that a later run may leave them out. */
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { type Hashes, hashOwnInputs, type Proof, proofs, proofsFolder, recordPasses } from "./index.ts";

export default class RecordProofs implements Reporter {
  readonly #before = proofsFolder ? hashOwnInputs(proofs) : new Map<Proof, Hashes>();

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!proofsFolder) return;
    const passed = new Set(
      modules.filter(passedWhole).map(({ moduleId, project }) => relative(project.config.root, moduleId)),
    );
    const ran = proofs.filter(({ tests }) => tests.every((file) => passed.has(file)));
    const run = { before: this.#before, after: hashOwnInputs(ran) };
    const recorded = recordPasses(proofsFolder, run, passed).map(({ name }) => name);
    if (recorded.length > 0) console.log(`Recorded as proven: ${recorded.join(", ")}`);
  }
}

/** A skipped test proves nothing. */
const passedWhole = (module: TestModule): boolean =>
  module.ok() && [...module.children.allTests()].every((test) => test.result().state === "passed");
