/** `npm run chaos -- [--seed N] [--seconds N] [--broker embedded|pstest] [--short]`: see docs/testing.md. Ends with 1 when a promise is broken. */
import { catchStopSignals } from "../embedded/stop-signals.ts";
import { readOptions } from "./options.ts";
import { formatFigures, toJson } from "./report.ts";
import { runChaos } from "./run-chaos.ts";

const read = readOptions(process.argv.slice(2));
if ("error" in read) {
  console.error(read.error);
  process.exitCode = 2;
} else {
  using signals = catchStopSignals(() => process.exit(130));
  try {
    const report = await runChaos({
      ...read.options,
      signal: signals.signal,
      print: (line) => console.log(line),
    });
    console.log(`\n${formatFigures(report.figures)}\n\nrepeat: ${read.repeat}`);
    console.log(toJson(report, read.repeat));
    process.exitCode = report.isKept ? 0 : 1;
  } catch (error) {
    console.error(signals.signal.aborted ? "stopped" : error);
    process.exitCode = 1;
  }
}
