import { LaunchError } from "../launch-error.ts";

/** Label of everything that Reelay creates. */
export const managed = { "managed-by": "reelay" };

interface Labelled {
  labels: Readonly<Record<string, string>>;
}

export const isOwn = ({ labels }: Labelled): boolean => labels["managed-by"] === "reelay";

/** Throws `LaunchError` if Reelay did not create it. `what`: a job or an instance with its name. */
export function assertOwn(what: string, found: Labelled): void {
  if (isOwn(found)) return;
  throw new LaunchError("INVALID_REQUEST", `${what} exists, and Reelay did not create it`, {
    remedy: "Give COMPUTE_LAUNCHES another `installation`, or delete it.",
  });
}

/** How long an ended job is kept: its name is refused to a repeated order, and its state can be read. */
const KEPT_MS = 3_600_000;

/** Whether what ended then is to be removed, where Google keeps it for ever. Pure. */
export const isOld = (endedAt: string | undefined, now: Date): boolean =>
  now.getTime() - Date.parse(endedAt ?? "") > KEPT_MS;
