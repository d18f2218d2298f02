import { randomInt } from "node:crypto";
import { type Command, type Options as CommandOptions, UsageError } from "../../scripts/command-line.ts";
import type { BrokerKind } from "./processes/system.ts";
import { SCENARIOS, type Scenario } from "./run-chaos.ts";

export interface Options {
  scenarios: readonly Scenario[];
  seed: number;
  seconds: Record<Scenario, number>;
  brokerKind: BrokerKind;
  logsTo: string | undefined;
  /** Fraction of failing store requests; replaces the scenarios. */
  storeFaults: number | undefined;
  videos: number;
  /** The command that repeats the run. */
  repeat: string;
}

export const chaosCommand = {
  name: "npm run chaos",
  summary:
    "Breaks a whole system of real processes while clients use it, and checks what must hold. Default: every scenario.",
  options: {
    seed: { type: "string", value: "N", help: "Repeats the run of that seed. Default: by chance." },
    scenario: { type: "string", value: "NAME", help: `One of ${SCENARIOS.join(", ")}.` },
    seconds: {
      type: "string",
      value: "N",
      help: "Duration of faults and load in the scenario random. Default: 120, with --short 30.",
    },
    broker: {
      type: "string",
      value: "KIND",
      default: "embedded",
      help: "embedded (the default), or pstest: Google's own test server, which needs Go.",
    },
    short: { type: "boolean", default: false, help: "The scenario random alone, and shorter." },
    logs: { type: "string", value: "FOLDER", help: "Where to copy the logs of all processes at the end." },
    "store-faults": {
      type: "string",
      value: "RATE",
      help: "Instead: one API and one worker over Cloud Storage's emulator (needs Go); this share of its requests fails.",
    },
    videos: {
      type: "string",
      value: "N",
      default: "5",
      help: "Videos at the same time with --store-faults. Default: 5.",
    },
  },
  examples: [
    "npm run chaos -- --short",
    "npm run chaos -- --scenario broker-outage --seed 7",
    "npm run chaos -- --store-faults 0.15 --videos 5",
  ],
} as const satisfies Command<CommandOptions>;

interface Values {
  seed?: string | undefined;
  scenario?: string | undefined;
  seconds?: string | undefined;
  broker: string;
  short: boolean;
  logs?: string | undefined;
  "store-faults"?: string | undefined;
  videos: string;
}

/** Pure but for the seed. Throws `UsageError`. */
export function planOptions(values: Values): Options {
  const seed = values.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber("--seed", values.seed);
  const random =
    values.seconds === undefined ? (values.short ? 30 : 120) : wholeNumber("--seconds", values.seconds);
  const brokerKind = oneOf("--broker", values.broker, ["embedded", "pstest"] as const);
  const only = values.scenario ?? (values.short ? "random" : undefined);
  const chosen = only === undefined ? SCENARIOS : [oneOf("--scenario", only, SCENARIOS)];
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
  const seconds = { random, "worker-kill": 0, "broker-outage": 60, batch: 0 };
  return { scenarios: chosen, seed, seconds, brokerKind, logsTo: values.logs, storeFaults, videos, repeat };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${name} is ${JSON.stringify(text)}: expected a whole number.`);
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (text !== "" && value >= 0 && value < 1) return value;
  throw new UsageError(
    `${name} is ${JSON.stringify(text)}: expected a number from 0 up to, but not including, 1.`,
  );
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${name} is ${JSON.stringify(text)}: expected one of ${choices.join(", ")}.`);
}
