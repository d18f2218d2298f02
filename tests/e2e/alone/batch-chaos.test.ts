import { expect, test } from "vitest";
import { formatFigures } from "../../chaos/report.ts";
import { runChaos } from "../../chaos/run-chaos.ts";

/**
 * Six kills: API, workers, broker and Postgres are each dealt once before one is dealt again.
 * `npm run chaos -- --scenario batch` has more rows and ten.
 */
const batch = { rows: 14, maxActive: 4, kills: [2, 1, 3] } as const;

test("whatever process dies while a batch is made, paused and corrected, every valid row has one video, and none two", async ({
  signal,
}) => {
  const lines: string[] = [];
  const figures = await runChaos({
    ...{ scenario: "batch", seed: 1, seconds: 0, brokerKind: "embedded", batch, signal },
    print: (line) => lines.push(line),
  });
  const broken = figures.filter(({ isKept }) => !isKept).map(({ name }) => name);
  expect(broken, `${lines.join("\n")}\n${formatFigures(figures)}`).toEqual([]);
  expect(figures).toContainEqual(expect.objectContaining({ name: "kills", value: 6 }));
  const kills = lines.filter((line) => line.includes("SIGKILL"));
  for (const part of ["api", "worker", "broker", "postgres"])
    expect(
      kills.some((line) => line.includes(part)),
      lines.join("\n"),
    ).toBe(true);
}, 600_000);
