import { describe, expect, test } from "vitest";
import { allRuns, chooseRuns, type Run } from "./choose-runs.ts";
import { namedCases } from "./named-cases.ts";

const long = namedCases.filter(({ isLong }) => isLong);
const runsOf = (builds: number) =>
  namedCases.map((odd) => ({ odd, runs: chooseRuns(odd, long.indexOf(odd), builds) }));
const waysOf = (runs: readonly Run[]) => new Set(runs.map(({ way }) => way));
const buildsOf = (runs: readonly Run[]) => new Set(runs.map(({ build }) => build));

describe.each([1, 2])("with builds of ffmpeg: %i", (builds) => {
  test("each long case is rendered whole and in parts, and the others whole", () => {
    for (const { odd, runs } of runsOf(builds)) {
      expect(waysOf(runs), odd.name).toEqual(new Set(odd.isLong ? ["whole", "parts"] : ["whole"]));
      expect(new Set(runs.map(({ way, build }) => `${way} ${build}`)).size).toBe(runs.length);
    }
  });

  test("each clock case runs on every build, and the others on one", () => {
    for (const { odd, runs } of runsOf(builds))
      expect(buildsOf(runs).size, odd.name).toBe(odd.isClocked ? builds : 1);
  });

  test("each way of rendering runs on every build", () => {
    const chosen = runsOf(builds).flatMap(({ runs }) => runs.map(({ way, build }) => `${way} ${build}`));
    expect(new Set(chosen)).toEqual(new Set(allRuns(builds).map(({ way, build }) => `${way} ${build}`)));
  });
});
