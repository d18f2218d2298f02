/** Records of proofs that passed: a file that is committed, and a folder of this machine. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Hashes } from "./inputs.ts";
import type { Proof } from "./proofs.ts";

/** REELAY_PROOFS: this machine's folder. Without it, every test runs. */
export const proofsFolder = process.env["REELAY_PROOFS"];
/** So that new clones have the passes. */
export const COMMITTED = path.resolve(import.meta.dirname, "../../proofs.json");

export interface Places {
  folder: string;
  committed: string;
}

/** A pass on these inputs. */
export interface Pass extends Hashes {
  /** An ISO date. */
  passed: string;
}

/** The proofs whose inputs are those of a recorded pass. */
export function findPasses(
  { folder, committed }: Places,
  hashes: ReadonlyMap<Proof, Hashes>,
): ReadonlyMap<Proof, Pass> {
  const known = readCommitted(committed);
  const found = new Map<Proof, Pass>();
  for (const [proof, own] of hashes) {
    const pass = known[proof.name];
    const record = recordOf(folder, proof, own);
    if (pass && changedParts(pass, own).length === 0) found.set(proof, pass);
    else if (existsSync(record)) found.set(proof, { passed: readFileSync(record, "utf8").trim(), ...own });
  }
  return found;
}

/** Why a proof has no pass, in words. */
export function explainLack(committed: string, proof: Proof, hashes: Hashes): string {
  const pass = readCommitted(committed)[proof.name];
  if (!pass) return "no pass is committed";
  return `its ${changedParts(pass, hashes).join(" and ")} changed since the pass of ${pass.passed}`;
}

/** Records in the folder the proofs whose tests all passed on inputs that stayed the same. Returns them. */
export function recordPasses(
  folder: string,
  { before, after }: Record<"before" | "after", ReadonlyMap<Proof, Hashes>>,
  passedFiles: ReadonlySet<string>,
): Proof[] {
  const passed = [...after].filter(
    ([proof, hashes]) =>
      JSON.stringify(before.get(proof)) === JSON.stringify(hashes) &&
      proof.tests.every((file) => passedFiles.has(file)),
  );
  if (passed.length > 0) mkdirSync(folder, { recursive: true });
  const today = new Date().toISOString().slice(0, 10);
  for (const [proof, hashes] of passed) writeFileSync(recordOf(folder, proof, hashes), `${today}\n`);
  return passed.map(([proof]) => proof);
}

/** Writes the passes that are known for these inputs, and keeps the older ones of other proofs. */
export function commitPasses(places: Places, hashes: ReadonlyMap<Proof, Hashes>): void {
  const known = readCommitted(places.committed);
  const found = findPasses(places, hashes);
  const passes = [...hashes.keys()].flatMap((proof) => {
    const pass = found.get(proof) ?? known[proof.name];
    return pass ? [[proof.name, pass] as const] : [];
  });
  writeFileSync(places.committed, `${JSON.stringify(Object.fromEntries(passes), null, 2)}\n`);
}

function changedParts(pass: Pass, hashes: Hashes): string[] {
  return (["files", "packages", "tools"] as const).filter((part) => pass[part] !== hashes[part]);
}

function recordOf(folder: string, { name }: Proof, hashes: Hashes): string {
  const hash = createHash("sha256").update(JSON.stringify(hashes)).digest("hex");
  return path.join(folder, `${name}-${hash}`);
}

const readCommitted = (file: string): Readonly<Record<string, Pass | undefined>> =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Pass>) : {};
