/**
 * A vitest reporter: the time that each project took, and the files that took most of it, imports and hooks
 * included.
 */
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const shown = 20;

interface TimedFile {
  project: string;
  file: string;
  seconds: number;
}

export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    console.log(describeTimes(modules.map(timeOf)));
  }
}

/** Totals are sums over files: with two workers, wall time is about half of them. */
export function describeTimes(files: readonly TimedFile[]): string {
  const projects = Map.groupBy(files, ({ project }) => project);
  const totals = [...projects].map(
    ([project, own]) => `${format(sumOf(own))}  ${project}, files: ${own.length}`,
  );
  const slowest = files
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, shown)
    .map(({ seconds, project, file }) => `${format(seconds)}  ${project}  ${file}`);
  return [
    "Time in test files, by project:",
    ...totals,
    `The ${slowest.length} slowest files:`,
    ...slowest,
  ].join("\n");
}

function timeOf(module: TestModule): TimedFile {
  const { duration, collectDuration, prepareDuration, setupDuration } = module.diagnostic();
  return {
    project: module.project.name,
    file: relative(module.project.config.root, module.moduleId),
    seconds: (duration + collectDuration + prepareDuration + setupDuration) / 1000,
  };
}

const sumOf = (files: readonly TimedFile[]): number => files.reduce((sum, { seconds }) => sum + seconds, 0);

const format = (seconds: number): string => `${seconds.toFixed(1).padStart(8)} s`;
