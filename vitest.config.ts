import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { findProven, hashAll, proofsFolder } from "./tests/kit/proofs.ts";
import { findPureTests } from "./tests/kit/pure-tests.ts";

/**
 * Node takes graphql's CommonJS build, and so do the packages that are not transformed here: two builds would
 * not know each other's types.
 */
const resolve = {
  alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }],
};

const otherProjects = ["**/node_modules/**", "**/*.contract.test.ts", "**/*.e2e.test.ts", "tests/e2e/**"];
const find = (pattern: string) => globSync(pattern, { cwd: import.meta.dirname, exclude: otherProjects });
const apiTests = "{prisma,schema,src,web/src}/**/*.test.ts";
const unitTests =
  "{contracts,render-worker,embedded,packages,tests,scripts,integrations/payload/src}/**/*.test.ts";
const pureTests = findPureTests([...find(apiTests), ...find(unitTests)]);

const proven = proofsFolder ? findProven(proofsFolder, hashAll()) : [];
for (const { proof, hash } of proven)
  console.log(
    `Skipped: ${proof.tests.join(", ")} passed on the same inputs (${proof.name}-${hash.slice(0, 12)})`,
  );
const leftOut = ["**/node_modules/**", ...proven.flatMap(({ proof }) => proof.tests)];

/**
 * Front ends on whole systems: each file has its own system; the files of a worker share the loaded modules.
 */
const pageTests = ["tests/e2e/{console*,graphiql,player-pages}.test.ts", "packages/**/*.e2e.test.ts"];

/** Projects that extend this file would each load it again. */
const project = { extends: false, resolve } as const;
// On two cores, too: half of the tests wait for a clock, a process or a disk.
const maxWorkers = Math.max(2, availableParallelism() - 1);
const oneSubject = { maxWorkers, testTimeout: 30_000, hookTimeout: 60_000 };
// Much of a system's time is waiting, so two share two cores.
const wholeSystems = { maxWorkers: 2, testTimeout: 180_000, hookTimeout: 180_000 };

/**
 * `pure`, `api` and `unit` test one subject, `pure` without I/O and therefore in seconds. `contract` runs one
 * suite over several real servers or adapters, `e2e` and `e2e-pages` drive whole systems, and `e2e-alone`
 * those that need the machine to themselves.
 */
export default defineConfig({
  test: {
    globalSetup: "./tests/kit/global-setup.ts",
    maxWorkers,
    projects: [
      {
        ...project,
        test: {
          name: "pure",
          include: pureTests,
          pool: "threads",
          isolate: false,
          maxWorkers,
          testTimeout: 30_000,
        },
      },
      {
        ...project,
        test: {
          name: "api",
          include: [apiTests],
          exclude: [...otherProjects, ...pureTests],
          ...oneSubject,
        },
      },
      {
        ...project,
        test: {
          name: "unit",
          include: [unitTests],
          exclude: [...otherProjects, ...pureTests],
          ...oneSubject,
        },
      },
      {
        ...project,
        test: {
          name: "contract",
          include: ["**/*.contract.test.ts"],
          exclude: leftOut,
          maxWorkers,
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        ...project,
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          exclude: [...leftOut, ...pageTests, "tests/e2e/alone/**"],
          ...wholeSystems,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...project,
        test: {
          name: "e2e-pages",
          include: pageTests,
          exclude: leftOut,
          ...wholeSystems,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...project,
        test: {
          name: "e2e-alone",
          include: ["tests/e2e/alone/*.test.ts"],
          ...wholeSystems,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
