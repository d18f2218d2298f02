/**
 * Slow test files that a run skips if their inputs have passed before. Each proof has a hash of its inputs,
 * and a folder holds the hashes that passed. REELAY_PROOFS names the folder; without it, every test runs.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export const proofsFolder = process.env["REELAY_PROOFS"];

export interface Proof {
  name: string;
  /** From the repository's root. */
  tests: readonly string[];
  /** Git pathspecs of the files that can change the result. */
  inputs: readonly string[];
}

const everythingBut = (...folders: string[]) => [".", ...folders.map((folder) => `:(exclude)${folder}`)];

export const proofs: readonly Proof[] = [
  {
    name: "conformance",
    tests: ["tests/odd/odd.contract.test.ts"],
    inputs: everythingBut(
      ...["docs", "examples", "integrations", "web", "schema", "embedded", ".ci", ".github"],
      ...["packages/client", "packages/player", "packages/upload", "packages/testing"],
      ...["tests/e2e", "tests/bench", "tests/docs", "tests/payload", "tests/linear-time", "*.md"],
    ),
  },
  {
    name: "payload",
    tests: ["tests/e2e/payload.test.ts"],
    inputs: everythingBut("docs", "examples", "integrations/cdn", "tests/odd", "tests/bench", ".github"),
  },
  {
    name: "getting-started",
    tests: ["tests/e2e/getting-started.test.ts"],
    inputs: everythingBut("integrations", "tests/odd", "tests/bench", "tests/payload", ".github"),
  },
  {
    name: "docs",
    tests: ["tests/e2e/docs.test.ts"],
    inputs: everythingBut("tests/odd", "tests/bench", "tests/payload", ".github"),
  },
];

/** The files that the pathspecs name, those included that are not committed yet. */
export function listInputs(root: string, inputs: readonly string[]): string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...inputs],
    { cwd: root, encoding: "utf8", maxBuffer: 2 ** 24 },
  );
  const files = new Set(listed.split("\0"));
  return [...files].filter((file) => file !== "" && existsSync(path.join(root, file))).toSorted();
}

/** A hash of those files, as they are in the working tree, and of the tools' versions. */
export function hashInputs(root: string, inputs: readonly string[], tools: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(tools));
  for (const file of listInputs(root, inputs)) {
    const content = createHash("sha256").update(readFileSync(path.join(root, file)));
    hash.update(JSON.stringify([file, content.digest("hex")]));
  }
  return hash.digest("hex");
}

/** Of the programs that no lockfile pins. */
function readToolVersions(): string[] {
  const {
    FFMPEG_PATH = "ffmpeg",
    FFPROBE_PATH = "ffprobe",
    CHROMIUM_PATH = "/usr/bin/chromium",
  } = process.env;
  const versionOf = (program: string, option: string): string => {
    try {
      return execFileSync(program, [option], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    } catch {
      return `no ${program}`;
    }
  };
  return [
    ...[process.version, process.platform, process.arch],
    ...[versionOf(FFMPEG_PATH, "-version"), versionOf(FFPROBE_PATH, "-version")],
    ...[versionOf(CHROMIUM_PATH, "--version"), versionOf("bwrap", "--version"), versionOf("go", "version")],
  ];
}

/** Each proof's hash in this repository. */
export function hashAll(): ReadonlyMap<Proof, string> {
  const tools = readToolVersions();
  const root = path.resolve(import.meta.dirname, "../..");
  return new Map(proofs.map((proof) => [proof, hashInputs(root, proof.inputs, tools)]));
}

const recordOf = (folder: string, { name }: Proof, hash: string) => path.join(folder, `${name}-${hash}`);

/** The proofs whose inputs are those of a recorded pass, with their hashes. */
export function findProven(
  folder: string,
  hashes: ReadonlyMap<Proof, string>,
): { proof: Proof; hash: string }[] {
  return [...hashes]
    .filter(([proof, hash]) => existsSync(recordOf(folder, proof, hash)))
    .map(([proof, hash]) => ({ proof, hash }));
}

/** Records the proofs whose tests all passed on inputs that stayed the same. Returns their names. */
export function recordPasses(
  folder: string,
  { before, after }: Record<"before" | "after", ReadonlyMap<Proof, string>>,
  passedFiles: ReadonlySet<string>,
): string[] {
  const recorded: string[] = [];
  for (const [proof, hash] of after) {
    if (before.get(proof) !== hash || !proof.tests.every((file) => passedFiles.has(file))) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(recordOf(folder, proof, hash), `${new Date().toISOString()}\n`);
    recorded.push(proof.name);
  }
  return recorded;
}
