/** The plugin for Payload CMS and the packages that it needs, each in a `dist/` that a site can install. */
import path from "node:path";
import { buildPackage, buildPackages } from "../build-packages.ts";
import { installProject } from "../install-project.ts";

const PLUGIN = "integrations/payload";

export async function buildPayload(): Promise<void> {
  await installProject(PLUGIN);
  await buildPackages();
  const folder = path.resolve(import.meta.dirname, "../..", PLUGIN);
  await buildPackage(folder, path.join(folder, "dist"));
}
