import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { BrokerKind } from "./processes/system.ts";

export interface Options {
  seed: number;
  seconds: number;
  brokerKind: BrokerKind;
}

const usage = `npm run chaos -- [--seed N] [--seconds N] [--broker embedded|pstest] [--short]
  --seed      repeats the run of that seed; default: by chance
  --seconds   how long faults and load last; default 120, with --short 30
  --broker    embedded (default), or pstest: Google's own test server, which needs Go`;

/** Pure but for the seed. `repeat` is the command that does the same again. */
export function readOptions(
  args: readonly string[],
): { options: Options; repeat: string } | { error: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        seconds: { type: "string" },
        broker: { type: "string", default: "embedded" },
        short: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { error: usage };
    const seed = values.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber("--seed", values.seed);
    const seconds =
      values.seconds === undefined ? (values.short ? 30 : 120) : wholeNumber("--seconds", values.seconds);
    const { broker } = values;
    if (broker !== "embedded" && broker !== "pstest") {
      throw new Error(`--broker is ${JSON.stringify(broker)}: expected embedded or pstest.`);
    }
    const options = { seed, seconds, brokerKind: broker } as const;
    return {
      options,
      repeat: `npm run chaos -- --seed ${seed} --seconds ${seconds} --broker ${broker}`,
    };
  } catch (error) {
    return { error: `${(error as Error).message}\n${usage}` };
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}: expected a whole number.`);
}
