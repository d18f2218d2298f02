import type { CompositionSettings } from "@reelay/contracts";
import { builtInTemplates, hashTemplate } from "@reelay/templates";

/** A built-in template, as tasks name it. */
export const builtInTemplate = async (name: string): Promise<CompositionSettings["template"]> => ({
  ...{ name, version: 1 },
  sha256: await hashTemplate((await builtInTemplates()).get(name) ?? ""),
});
