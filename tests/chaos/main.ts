/** `npm run chaos`: see docs/reference/testing.md. Exits with 1 if a promise is broken. */
import path from "node:path";
import { catchStopSignals } from "../../embedded/stop-signals.ts";
import { runCommand } from "../../scripts/command-line.ts";
import type { Figure } from "./checks/figure.ts";
import { chaosCommand, type Options, planOptions } from "./options.ts";
import { formatFigures, isKept, toJson } from "./report.ts";
import { runChaos } from "./run-chaos.ts";
import { runStoreFaults } from "./store-faults/run-store-faults.ts";

async function main(options: Options, signal: AbortSignal): Promise<void> {
  const { seed, repeat, brokerKind, logsTo } = options;
  const figures = new Map<string, readonly Figure[]>();
  const print = (line: string) => console.log(line);
  if (options.storeFaults !== undefined) {
    const { storeFaults: rate, videos } = options;
    const found = await runStoreFaults({ rate, seed, videos, signal, print });
    figures.set("store-faults", found);
    console.log(`\nstore-faults, seed ${seed}, rate ${rate}\n${formatFigures(found)}\n`);
  }
  for (const scenario of options.storeFaults === undefined ? options.scenarios : []) {
    const found = await runChaos({
      scenario,
      seed,
      seconds: options.seconds[scenario],
      brokerKind,
      ...(logsTo !== undefined && { logsTo: path.join(path.resolve(logsTo), scenario) }),
      signal,
      print,
    });
    figures.set(scenario, found);
    console.log(`\n${scenario}, seed ${seed}, ${brokerKind} broker\n${formatFigures(found)}\n`);
  }
  const report = { seed, figures, repeat };
  console.log(`repeat: ${repeat}\n${toJson(report)}`);
  process.exitCode = isKept(report) ? 0 : 1;
}

await runCommand(chaosCommand, async ({ values }) => {
  const options = planOptions(values);
  // A second signal exits immediately; the guard then cleans up.
  using signals = catchStopSignals(() => process.exit(130));
  try {
    await main(options, signals.signal);
  } catch (error) {
    console.error(signals.signal.aborted ? "stopped" : error);
    process.exitCode = 1;
  }
});
