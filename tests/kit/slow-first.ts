/** Runs first what would otherwise be left alone at the end, with one of the machine's cores. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Vitest knows no durations in a new clone and goes by size: these small files take longest. */
const SLOW = ["tests/odd/odd.contract.test.ts", "tests/linear-time/regular-expressions.test.ts"];

export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.some((file) => moduleId.endsWith(file));
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
