import { readdir } from "node:fs/promises";
import path from "node:path";
import { processesIn } from "../processes/belonging.ts";
import type { System } from "../processes/system.ts";
import { type Figure, info, none } from "./figure.ts";

/** Encoders that still run and unused temporary files, after all work has ended. */
export async function leftoversOf(system: System): Promise<{ encoders: string[]; files: string[] }> {
  const encoders = (await processesIn(system.workDirectory))
    .filter(({ program }) => program.startsWith("ff"))
    .map(({ pid, program }) => `${program} ${pid}`);
  const entries = await readdir(system.workDirectory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== "owner.json")
    .map((entry) => path.join(entry.parentPath, entry.name));
  return { encoders, files };
}

export async function checkLeftovers(system: System): Promise<Figure[]> {
  const { encoders, files } = await leftoversOf(system);
  const falls = [...system.apis, ...system.workers, system.broker].flatMap(({ name, falls: times }) =>
    times.map((how) => `${name}: ${how}`),
  );
  return [
    none("encoders left running", encoders),
    none("temporary files left", files),
    info("processes that exited unexpectedly and restarted", falls.length, falls),
  ];
}
