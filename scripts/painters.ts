/** `npm run painters`: installs what draws animations, and a voice. */
import { runCommand } from "./command-line.ts";
import { installPainters } from "./painters/install-painters.ts";

await runCommand(
  {
    name: "npm run painters",
    summary:
      "Installs Manim, which draws animations from Python scripts, and Piper, which speaks, in .cache/painters. Does nothing if they are up to date. Needs Python 3.11 or newer and a C compiler.",
    options: {
      force: { type: "boolean", default: false, help: "Installs again, even if it is up to date." },
    },
    examples: ["npm run painters", "npm run painters -- --force"],
  },
  async ({ values }) => {
    console.log(await installPainters({ isForced: values.force, log: console.log }));
  },
);
