/**
 * `npm run compute`: asks the providers of COMPUTE_LAUNCHES whether workers can be rented there, or
 * writes what must be deployed at a provider first.
 */
import { pino } from "pino";
import { LaunchError } from "../src/compute/index.ts";
import { openLaunchPlan, tryTarget } from "../src/launches/index.ts";
import { loadOffers } from "../src/prices/index.ts";
import { runCommand, UsageError } from "./command-line.ts";
import { writeDeployment } from "./compute/write-deployment.ts";

await runCommand(
  {
    name: "npm run compute",
    summary:
      "Checks each target of COMPUTE_LAUNCHES at its provider: settings, key and rights, without starting anything. With --start, a machine is started, ordered again, found in the provider's list, and stopped. `init` writes the files that a kind of back end needs deployed.",
    operands: "[TARGET…] | init KIND [FOLDER]",
    options: {
      start: { type: "boolean", help: "Starts a machine at each target, which costs money." },
      "most-usd": {
        type: "string",
        value: "USD",
        help: "Most that a started machine may cost. Default: 0.10.",
      },
    },
    examples: [
      "npm run compute",
      "npm run compute -- google --start --most-usd 0.05",
      "npm run compute -- init RUNPOD_SERVERLESS reelay-runpod",
    ],
  },
  async ({ values, positionals }) => {
    const [verb, kind = "", folder = `reelay-${kind.toLowerCase().replaceAll("_", "-")}`] = positionals;
    if (verb === "init") {
      const files = await writeDeployment(kind, folder);
      console.log(
        `Wrote ${files.join(", ")} to ${folder}. docs/how-to/rent-workers.md leads to the next step.`,
      );
      return;
    }
    const { env } = process;
    const settings = env["COMPUTE_LAUNCHES"];
    if (!settings)
      throw new UsageError("COMPUTE_LAUNCHES is not set. docs/reference/launches.md has an example.");
    const mostUsd = Number(values["most-usd"] ?? "0.10");
    if (!(mostUsd >= 0))
      throw new UsageError(`--most-usd is ${values["most-usd"]}; give an amount, e.g. 0.10.`);
    const files = { offersFile: env["COMPUTE_OFFERS"], pricesFolder: env["COMPUTE_PRICES"] };
    const plan = await openLaunchPlan(settings, {
      offers: await loadOffers(files, new Date()),
      publicUrl: env["PUBLIC_URL"] ?? "http://localhost:4000",
      environment: env,
      log: pino({ level: "silent" }),
    });
    const unknown = positionals.find((name) => !plan.targets.some((target) => target.name === name));
    if (unknown !== undefined)
      throw new UsageError(
        `COMPUTE_LAUNCHES has no target ${unknown}; it has ${plan.targets.map(({ name }) => name).join(", ")}.`,
      );
    const interrupted = new AbortController();
    const print = (sentence: string) => console.log(sentence);
    for (const target of plan.targets) {
      await using backend = target.backend;
      if (positionals.length > 0 && !positionals.includes(target.name)) continue;
      try {
        await backend.check(interrupted.signal);
        print(`${target.name}: ${target.kind} can be asked to start machines.`);
        if (values.start)
          await tryTarget({ plan, target, print }, { mostMicros: mostUsd * 1e6 }, interrupted.signal);
      } catch (error) {
        process.exitCode = 1;
        const code = error instanceof LaunchError ? `${error.code}: ` : "";
        print(`${target.name}: ${code}${error instanceof Error ? error.message : String(error)}`);
      }
    }
  },
);
