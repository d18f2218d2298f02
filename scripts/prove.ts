/** `npm run prove`: runs the slow tests that no recorded pass covers, and writes the passes to commit. */
import { spawnSync } from "node:child_process";
import {
  COMMITTED,
  commitPasses,
  explainLack,
  findOwnInputs,
  findPasses,
  hashOwnInputs,
  proofs,
} from "../tests/kit/proofs/index.ts";
import { runCommand, UsageError } from "./command-line.ts";

const folder = process.env["REELAY_PROOFS"] || ".cache/proofs";
const places = { folder, committed: COMMITTED };

await runCommand(
  {
    name: "npm run prove",
    summary:
      "Runs the slow tests whose inputs are not those of a recorded pass, all or those of PROOF, and writes the passes into tests/proofs.json, to be committed.",
    operands: "[PROOF…]",
    options: {
      list: { type: "boolean", default: false, help: "Runs nothing: prints what is proven." },
      check: {
        type: "boolean",
        default: false,
        help: "Runs PROOF, and fails if it reads files of the repository that are not its inputs. Nothing else may read them meanwhile.",
      },
      inputs: { type: "boolean", default: false, help: "Runs nothing: prints the inputs." },
    },
    examples: ["npm run prove", "npm run prove -- conformance", "npm run prove -- --inputs conformance"],
  },
  ({ values: { list, inputs, check }, positionals: names }) => {
    const unknown = names.find((name) => !proofs.some((proof) => proof.name === name));
    if (unknown !== undefined)
      throw new UsageError(
        `PROOF is "${unknown}": give one of ${proofs.map(({ name }) => name).join(", ")}.`,
      );
    const chosen = proofs.filter(({ name }) => names.length === 0 || names.includes(name));
    if (inputs) printInputs(chosen);
    else if (list) printStates(chosen);
    else if (!check) prove(chosen);
    else if (names.length === 1) runTests(chosen, "report-reads");
    else throw new UsageError("--check takes one PROOF: what several read cannot be told apart.");
  },
);

type Chosen = typeof proofs;

function printInputs(chosen: Chosen): void {
  for (const [proof, { files, facts, packages, tools }] of findOwnInputs(chosen))
    console.log([`── ${proof.name}`, ...files, ...facts, ...packages, ...tools].join("\n"));
}

function printStates(chosen: Chosen): void {
  const hashes = hashOwnInputs(chosen);
  const passes = findPasses(places, hashes);
  for (const [proof, own] of hashes) {
    const passed = passes.get(proof)?.passed;
    console.log(
      `${proof.name}: ${passed ? `passed on ${passed}` : `open, ${explainLack(COMMITTED, proof, own)}`}`,
    );
  }
}

function prove(chosen: Chosen): void {
  const passes = findPasses(places, hashOwnInputs(chosen));
  const open = chosen.filter((proof) => !passes.has(proof));
  if (open.length > 0) runTests(open, "record-proofs");
  const hashes = hashOwnInputs(proofs);
  commitPasses(places, hashes);
  const missing = chosen.filter((proof) => !findPasses(places, hashes).has(proof));
  if (missing.length > 0) throw new Error(`Not proven: ${missing.map(({ name }) => name).join(", ")}.`);
  console.log("tests/proofs.json is up to date.");
}

function runTests(chosen: Chosen, reporter: string): void {
  const reporters = ["--reporter=default", `--reporter=./tests/kit/proofs/${reporter}.ts`];
  const { status } = spawnSync("vitest", ["run", ...reporters, ...chosen.flatMap(({ tests }) => tests)], {
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, REELAY_PROOFS: reporter === "record-proofs" ? folder : "" },
  });
  process.exitCode = status ?? 1;
}
