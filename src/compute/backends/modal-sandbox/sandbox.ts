import type { SandboxCreateParams } from "modal";
import type { LaunchOrder } from "../../compute-backend.ts";
import type { Settings } from "./settings.ts";

/** Modal ends a sandbox after a day. */
const MOST_SECONDS = 86_400;

/** Tags by which a sandbox is found again. */
const INSTALLATION = "reelay-installation";
const MACHINE = "reelay-machine";

export const installationTags = (prefix: string): Record<string, string> => ({
  [INSTALLATION]: prefix.replace(/-$/, ""),
});

/** The name of an order; undefined if it is no sandbox of ours. Pure. */
export const nameOf = (tags: Readonly<Record<string, string>>): string | undefined => tags[MACHINE];

/** The sandbox of an order. Its name is unique in the app while it runs. Pure. */
export function sandboxOf(
  { name, environment, endsWithinSeconds }: LaunchOrder,
  { cores, memoryMiB, gpu, regions }: Settings,
  prefix: string,
): SandboxCreateParams {
  return {
    name,
    tags: { ...installationTags(prefix), [MACHINE]: name },
    command: ["node", "--no-deprecation", "--disable-warning=MetadataLookupWarning", "/app/worker.js"],
    workdir: "/app",
    env: { ...environment },
    timeoutMs: Math.min(endsWithinSeconds, MOST_SECONDS) * 1_000,
    ...{ cpu: cores, memoryMiB },
    ...(gpu !== undefined && { gpu }),
    ...(regions !== undefined && { regions }),
  };
}
