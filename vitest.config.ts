import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { leaveOutProven } from "./tests/kit/proofs/index.ts";
import { findPureTests } from "./tests/kit/pure-tests.ts";
import SlowFirst from "./tests/kit/slow-first.ts";

/**
 * Node takes graphql's CommonJS build, and so do the packages that are not transformed here: two builds would
 * not know each other's types.
 */
const resolve = {
  alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }],
};

const otherProjects = ["**/node_modules/**", "**/*.contract.test.ts", "**/*.e2e.test.ts", "tests/e2e/**"];
const find = (pattern: string) => globSync(pattern, { cwd: import.meta.dirname, exclude: otherProjects });
const API_TESTS = "{prisma,schema,src,web/src}/**/*.test.ts";
const UNIT_TESTS =
  "{contracts,render-worker,embedded,packages,tests,scripts,integrations/payload/src}/**/*.test.ts";
const pureTests = findPureTests([...find(API_TESTS), ...find(UNIT_TESTS)]);
/** They measure the memory of their own process. */
const MEMORY_TESTS = "{src,render-worker}/**/{form-,worker-,}memory.test.ts";

const proven = leaveOutProven();
const leftOut = ["**/node_modules/**", ...proven];

/** Front ends on whole systems. */
const pageTests = ["tests/e2e/{console*,graphiql,player-pages}.test.ts", "packages/**/*.e2e.test.ts"];

/** A browser that decodes in real time beside the render of what it plays. */
const PLAYBACK_WHILE_RENDERING = "packages/player/src/growing.e2e.test.ts";

/** Projects that extend this file would each load it again. */
const project = { extends: false, resolve } as const;
/** How long waits last at most: patience for a machine that renders, no statement about speed. */
const patient = { expect: { poll: { timeout: 60_000 } } };
// More than cores on small machines: most of the time, tests wait for a clock, a process or a disk.
const maxWorkers = Math.max(4, availableParallelism() - 1);
/** Files of one worker process share its loaded modules, which take as long to load as most files' tests. */
const shared = { isolate: false, maxWorkers };
const oneSubject = { ...patient, testTimeout: 300_000, hookTimeout: 300_000 };
// Systems render: with more of them than this, each would only be slower.
const wholeSystems = { ...patient, maxWorkers: 3, testTimeout: 300_000, hookTimeout: 300_000 };

/**
 * `pure`, `api`, `unit` and `memory` test one subject, `pure` without I/O and therefore in seconds.
 * `contract` runs one suite over several real servers or adapters, `e2e` and `e2e-pages` drive whole systems,
 * and `e2e-alone` those that need the machine to themselves.
 */
export default defineConfig({
  test: {
    globalSetup: "./tests/kit/global-setup.ts",
    maxWorkers,
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        ...project,
        test: {
          name: "pure",
          include: pureTests,
          pool: "threads",
          ...shared,
          ...patient,
          testTimeout: 300_000,
        },
      },
      {
        ...project,
        test: {
          name: "api",
          include: [API_TESTS],
          exclude: [...otherProjects, ...proven, ...pureTests, MEMORY_TESTS],
          ...shared,
          ...oneSubject,
        },
      },
      {
        ...project,
        test: {
          name: "unit",
          include: [UNIT_TESTS],
          exclude: [...otherProjects, ...proven, ...pureTests, MEMORY_TESTS],
          ...shared,
          ...oneSubject,
        },
      },
      {
        ...project,
        test: { name: "memory", include: [MEMORY_TESTS], exclude: leftOut, maxWorkers, ...oneSubject },
      },
      {
        ...project,
        test: {
          name: "contract",
          include: ["**/*.contract.test.ts"],
          exclude: leftOut,
          maxWorkers,
          ...patient,
          testTimeout: 300_000,
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
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...project,
        test: {
          name: "e2e-pages",
          include: pageTests,
          exclude: [...leftOut, PLAYBACK_WHILE_RENDERING],
          ...wholeSystems,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...project,
        test: {
          name: "e2e-alone",
          include: ["tests/e2e/alone/*.test.ts", PLAYBACK_WHILE_RENDERING],
          ...wholeSystems,
          exclude: leftOut,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
