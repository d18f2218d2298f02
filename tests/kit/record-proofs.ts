/** A vitest reporter: records which slow proofs passed, so that a later run may leave them out. */
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { hashAll, type Proof, proofsFolder, recordPasses } from "./proofs.ts";

export default class RecordProofs implements Reporter {
  readonly #before = proofsFolder ? hashAll() : new Map<Proof, string>();

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!proofsFolder) return;
    const passed = new Set(
      modules.filter(passedWhole).map(({ moduleId, project }) => relative(project.config.root, moduleId)),
    );
    const names = recordPasses(proofsFolder, { before: this.#before, after: hashAll() }, passed);
    if (names.length > 0) console.log(`Recorded as proven: ${names.join(", ")}`);
  }
}

/** A skipped test proves nothing. */
const passedWhole = (module: TestModule): boolean =>
  module.ok() && [...module.children.allTests()].every((test) => test.result().state === "passed");
