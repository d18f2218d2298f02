/**
 * Refreshes every generated file. The Prisma client is made by the launcher of this script when it is stale;
 * each file in `scripts/generate/` writes one committed file (the SDL, the configuration page), and CI fails
 * if that changes it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command-line.ts";

await runCommand(
  {
    name: "npm run codegen",
    summary:
      "Refreshes every generated file: the SDL, the configuration page, client documents. Commit what changes.",
    examples: ["npm run codegen"],
  },
  generate,
);

function generate(): void {
  const folder = fileURLToPath(new URL("generate/", import.meta.url));
  const generators = existsSync(folder) ? readdirSync(folder).filter((name) => /^[^.]+\.ts$/.test(name)) : [];

  for (const name of generators.sort()) {
    console.log(`scripts/generate/${name}`);
    const { status } = spawnSync(process.execPath, [folder + name], { stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
}
