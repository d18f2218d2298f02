/** What a proof's result depends on: files, packages and tools. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ClosureFinder, listFiles } from "./closure.ts";
import type { Proof } from "./proofs.ts";
import { describeTool } from "./tools.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Lists, sorted: paths from the root, lines of the lockfile, descriptions. */
export interface Inputs {
  files: readonly string[];
  /** What tests take from other files. */
  facts: readonly string[];
  packages: readonly string[];
  tools: readonly string[];
}

/** Hashes of the lists, and of the files' contents. */
export type Hashes = Readonly<Record<"files" | "packages" | "tools", string>>;

/**
 * In the working tree of `root`. `everywhere` counts for each proof: files as they are, and others with what
 * they import.
 */
export function findInputs(
  root: string,
  proofs: readonly Proof[],
  everywhere: { files: readonly string[]; imported: readonly string[] },
): ReadonlyMap<Proof, Inputs> {
  const finder = new ClosureFinder(root);
  return new Map(
    proofs.map((proof) => {
      const { files, packages } = finder.find([...proof.tests, ...everywhere.imported]);
      const more = (proof.more ?? []).flatMap((pathspec) => {
        const listed = listFiles(root, [pathspec]);
        if (listed.length === 0)
          throw new Error(`The proof ${proof.name} names ${pathspec}: no file is there.`);
        return listed;
      });
      return [
        proof,
        {
          files: [...new Set([...files, ...more, ...everywhere.files])].toSorted(),
          facts: proof.facts?.() ?? [],
          packages,
          tools: (["node", ...proof.tools] as const)
            .map((tool) => `${tool} ${describeTool(tool)}`)
            .toSorted(),
        },
      ];
    }),
  );
}

export function hashInputs(root: string, inputs: ReadonlyMap<Proof, Inputs>): ReadonlyMap<Proof, Hashes> {
  const contents = new Map<string, string>();
  const hashFile = (file: string) => {
    const hash = contents.get(file) ?? sha256(readFileSync(path.join(root, file)));
    contents.set(file, hash);
    return `${file} ${hash}`;
  };
  return new Map(
    [...inputs].map(([proof, { files, facts, packages, tools }]) => [
      proof,
      { files: sha256([...files.map(hashFile), ...facts]), packages: sha256(packages), tools: sha256(tools) },
    ]),
  );
}

/** Those of this repository. The settings of all tests count for each. */
export const findOwnInputs = (proofs: readonly Proof[]): ReadonlyMap<Proof, Inputs> =>
  findInputs(ROOT, proofs, {
    files: ["vitest.config.ts", "package.json", "tsconfig.json"],
    imported: ["tests/kit/global-setup.ts"],
  });

export const hashOwnInputs = (proofs: readonly Proof[]): ReadonlyMap<Proof, Hashes> =>
  hashInputs(ROOT, findOwnInputs(proofs));

const sha256 = (value: Buffer | readonly string[]): string =>
  createHash("sha256")
    .update(Buffer.isBuffer(value) ? value : JSON.stringify(value))
    .digest("hex");
