import { defineConfig } from "vitest/config";

/** `unit` is pure and fast, `contract` runs one suite over several real servers or adapters, `e2e` drives the whole system. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    globalSetup: "./tests/kit/global-setup.ts",
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{contracts,object-store,messaging,render-worker,embedded,prisma,schema,src,tests,scripts}/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/*.contract.test.ts", "tests/e2e/**"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "contract",
          include: ["**/*.contract.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
