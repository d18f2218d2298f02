import { expect, test } from "vitest";
import { formatFigures } from "../chaos/report.ts";
import { runStoreFaults } from "../chaos/store-faults/run-store-faults.ts";
import { whyNoFakeGcs } from "../fake-gcs/fake-gcs.ts";

const reason = whyNoFakeGcs === undefined ? "" : ` (skipped: ${whyNoFakeGcs})`;

test.skipIf(whyNoFakeGcs !== undefined)(
  `a video is rendered completely while Cloud Storage fails every seventh request${reason}`,
  async ({ signal }) => {
    const figures = await runStoreFaults({ rate: 0.15, seed: 1, videos: 1, signal, print: () => undefined });
    const broken = figures.filter(({ isKept }) => !isKept).map(({ name }) => name);
    expect(broken, formatFigures(figures)).toEqual([]);
  },
  600_000,
);
