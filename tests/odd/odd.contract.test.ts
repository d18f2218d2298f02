/** Some of the files that `npm run odd` deals by chance, the same ones every time: one of each kind of container, and what once went wrong. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allTools } from "../../render-worker/testing/kit.ts";
import { planCase } from "./plan-case.ts";
import { type Build, openBuild, runCase } from "./run-case.ts";

const seeds = [5, 10, 15, 20, 22, 33, 56, 76, 82, 161, 851];

const tools = await allTools();
const builds: Build[] = [];
beforeAll(async () => {
  builds.push(...(await Promise.all(tools.map(openBuild))));
});
afterAll(async () => {
  for (const build of builds) await build[Symbol.asyncDispose]();
});

describe("whole and in parts, with each ffmpeg, the same stream with every picture at its time", () => {
  test.each(seeds.map((seed) => [seed, planCase(seed).name] as const))("%i, %s", async (seed) => {
    const { builds: made } = await runCase(planCase(seed), builds);
    expect(
      made?.flatMap(({ version, faults }) => faults.map((fault) => ({ version, ...fault }))) ?? [],
    ).toEqual([]);
  });
});
