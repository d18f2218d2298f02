/** `npm run painters`: installs what draws animations, and a voice. */
import { runCommand, UsageError } from "./command-line.ts";
import { type EnvironmentName, environmentNames, installPainters } from "./painters/install-painters.ts";

const isName = (name: string): name is EnvironmentName =>
  environmentNames.some((environment) => environment === name);

await runCommand(
  {
    name: "npm run painters",
    summary:
      "Installs Manim, which draws animations from Python scripts, and Piper, which speaks, in .cache/painters. Does nothing if they are up to date. Needs Python 3.11 or newer and a C compiler.",
    options: {
      force: { type: "boolean", default: false, help: "Installs again, even if it is up to date." },
    },
    operands: "[manim] [piper]",
    examples: ["npm run painters", "npm run painters -- manim", "npm run painters -- --force"],
  },
  async ({ values, positionals }) => {
    const unknown = positionals.find((name) => !isName(name));
    if (unknown !== undefined)
      throw new UsageError(`Unknown painter '${unknown}'. There are ${environmentNames.join(" and ")}.`);
    const names = positionals.length > 0 ? positionals.filter(isName) : environmentNames;
    console.log(await installPainters({ names, isForced: values.force, log: console.log }));
  },
);
