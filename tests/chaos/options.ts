import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { BrokerKind } from "./processes/system.ts";
import { type Scenario, scenarios } from "./run-chaos.ts";

export interface Options {
  scenarios: readonly Scenario[];
  seed: number;
  seconds: Record<Scenario, number>;
  brokerKind: BrokerKind;
  logsTo: string | undefined;
  /** Share of the store's requests that fail, instead of the scenarios. */
  storeFaults: number | undefined;
  videos: number;
  /** The command that does the same again. */
  repeat: string;
}

const usage = `npm run chaos -- [--seed N] [--scenario NAME] [--seconds N] [--broker embedded|pstest] [--short] [--logs FOLDER]
npm run chaos -- --store-faults RATE [--seed N] [--videos N]
  --seed      repeats the run of that seed; default: by chance
  --scenario  one of ${scenarios.join(", ")}; default: all of them
  --seconds   how long faults and load last in "random"; default 120, with --short 30
  --broker    embedded (default), or pstest: Google's own test server, which needs Go
  --short     "random" only, and shorter
  --logs      where the logs of all processes are copied at the end
  --store-faults  instead of all this: one API and one worker over Cloud Storage's emulator (which needs Go), behind a proxy at
              which this share of all requests fails, e.g. 0.15
  --videos    how many at once with --store-faults; default 5`;

/** Reads the command line; pure but for the seed. */
export function readOptions(args: readonly string[]): Options | { error: string } {
  try {
    return parse(args);
  } catch (error) {
    return { error: `${(error as Error).message}\n${usage}` };
  }
}

function parse(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      scenario: { type: "string" },
      seconds: { type: "string" },
      broker: { type: "string", default: "embedded" },
      short: { type: "boolean", default: false },
      logs: { type: "string" },
      "store-faults": { type: "string" },
      videos: { type: "string", default: "5" },
    },
  });
  const seed = values.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber("--seed", values.seed);
  const random =
    values.seconds === undefined ? (values.short ? 30 : 120) : wholeNumber("--seconds", values.seconds);
  const brokerKind = oneOf("--broker", values.broker, ["embedded", "pstest"] as const);
  const only = values.scenario ?? (values.short ? "random" : undefined);
  const chosen = only === undefined ? scenarios : [oneOf("--scenario", only, scenarios)];
  const storeFaults =
    values["store-faults"] === undefined ? undefined : share("--store-faults", values["store-faults"]);
  const videos = wholeNumber("--videos", values.videos);
  const repeat =
    storeFaults === undefined
      ? [
          `npm run chaos -- --seed ${seed} --seconds ${random} --broker ${brokerKind}`,
          ...(only === undefined ? [] : [`--scenario ${only}`]),
        ].join(" ")
      : `npm run chaos -- --store-faults ${storeFaults} --seed ${seed} --videos ${videos}`;
  const seconds = { random, "worker-kill": 0, "broker-outage": 60 };
  return { scenarios: chosen, seed, seconds, brokerKind, logsTo: values.logs, storeFaults, videos, repeat };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}: expected a whole number.`);
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (text !== "" && value >= 0 && value < 1) return value;
  throw new Error(
    `${name} is ${JSON.stringify(text)}: expected a number from 0 up to, but not including, 1.`,
  );
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new Error(`${name} is ${JSON.stringify(text)}: expected one of ${choices.join(", ")}.`);
}
