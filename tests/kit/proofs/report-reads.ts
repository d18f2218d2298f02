/**
 * A vitest reporter: fails if the tests of a proof read files of the repository that are not among its
 * inputs. It goes by the times of access: nothing else may read the repository meanwhile, and the disk has to
 * note these times, as Linux does by default.
 */
import { statSync, utimesSync } from "node:fs";
import path from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { listFiles } from "./closure.ts";
import { findOwnInputs, proofs } from "./index.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
/** Old enough that the disk notes the next access. */
const LONG_AGO = new Date(0);

export default class ReportReads implements Reporter {
  readonly #files = listFiles(ROOT).map((file) => ({ file, at: path.join(ROOT, file) }));

  onTestRunStart(): void {
    for (const { at } of this.#files) utimesSync(at, LONG_AGO, statSync(at).mtime);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = new Set(modules.map(({ moduleId }) => path.relative(ROOT, moduleId)));
    const read = this.#files
      .filter(({ at }) => (statSync(at, { throwIfNoEntry: false })?.atimeMs ?? 0) > 0)
      .map(({ file }) => file);
    for (const [{ name }, { files }] of findOwnInputs(
      proofs.filter(({ tests }) => tests.some((file) => ran.has(file))),
    )) {
      const missing = read.filter((file) => !files.includes(file));
      console.log(`${name}: ${files.length} files are inputs, ${read.length} files were read.`);
      if (missing.length === 0) continue;
      console.error(
        `Read, but no inputs: ${missing.join(", ")}. Add them to "more" in tests/kit/proofs/proofs.ts.`,
      );
      process.exitCode = 1;
    }
  }
}
