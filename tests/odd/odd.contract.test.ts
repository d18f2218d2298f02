/**
 * Files as people have them become streams with every picture at its time, in its place, with the audio
 * beside it: whole and in parts, with each supported ffmpeg. A choice of all runs; `npm run odd -- --all`
 * makes every one.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allTools } from "../../render-worker/testing/kit.ts";
import { chooseRuns } from "./choose-runs.ts";
import { namedCases } from "./named-cases.ts";
import { planCase } from "./plan-case.ts";
import { type Build, openBuild, runCase } from "./run-case.ts";

/** What `npm run odd` deals by chance: one of each kind of container, and what once went wrong. */
const seeds = [5, 10, 15, 20, 22, 33, 56, 76, 82, 161, 851];

const tools = await allTools();
const builds: Build[] = [];
beforeAll(async () => {
  builds.push(...(await Promise.all(tools.map(openBuild))));
});
afterAll(async () => {
  for (const build of builds) await build[Symbol.asyncDispose]();
});

const cases = [...namedCases, ...seeds.map(planCase)];
const long = cases.filter(({ isLong }) => isLong);

describe.each(cases.map((odd) => [odd.name, odd] as const))("%s", (_name, odd) => {
  const runs = chooseRuns(odd, long.indexOf(odd), tools.length);
  const how = runs.map(({ way, build }) => `${way} with ffmpeg ${tools[build]?.ffmpeg.version}`);
  test(`${how.join(", ")}: every frame has its time`, async ({ skip }) => {
    const { streams, error } = await runCase(odd, builds, runs);
    skip(error?.includes("Unknown encoder") === true, "this ffmpeg has no encoder to make the file with");
    expect(error).toBeUndefined();
    expect(streams?.filter(({ faults }) => faults.length > 0)).toEqual([]);
  });
});
