/**
 * `npm run build`: each target loads its builder only when it is chosen, because every `npm start` asks for a
 * fresh console.
 */
import { runCommand, UsageError } from "./command-line.ts";
import { buildConsole } from "./console/build-console.ts";
import { printFiles } from "./console/print-files.ts";

const targets: Record<string, (isStaleOnly: boolean) => Promise<void>> = {
  images: async () => (await import("./build/images.ts")).buildImages(),
  payload: async () => (await import("./build/payload.ts")).buildPayload(),
  async console(isStaleOnly) {
    const files = await buildConsole({ isStaleOnly });
    printFiles("web/dist", files ?? []);
    console.log(files === null ? "web/dist is up to date." : "web/dist is built.");
  },
};

await runCommand(
  {
    name: "npm run build",
    summary:
      "Builds TARGET: images (the default; dist/ and the packages), console (web/dist, which the API serves at /), or payload (the plugin for Payload CMS, as a folder to install).",
    operands: "[TARGET]",
    options: {
      "if-stale": { type: "boolean", default: false, help: "Of the console: only if its sources changed." },
    },
    examples: ["npm run build", "npm run build -- console --if-stale", "npm run build -- payload"],
  },
  async ({ values, positionals: [name = "images"] }) => {
    const build = targets[name];
    if (!build) throw new UsageError(`TARGET is "${name}": give one of ${Object.keys(targets).join(", ")}.`);
    await build(values["if-stale"]);
  },
);
