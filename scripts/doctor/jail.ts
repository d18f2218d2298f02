/** How strongly a worker on this machine would confine ffmpeg, and what is missing for more. */
import path from "node:path";
import { createJail, type JailOptions, sandboxes } from "@reelay/render-worker";
import type { Finding } from "./finding.ts";

const WHAT = "jail";
const REMEDY =
  "apt-get install bubblewrap perl-base; in a container also see docs/explanation/security.md, In containers";

/** As a worker on this machine would have them. */
export function jailOptions(dataDirectory: string): JailOptions {
  const { PATH = "", SANDBOX = "auto" } = process.env;
  const sandbox = sandboxes.find((name) => name === SANDBOX) ?? "auto";
  return { sandbox, path: PATH, folders: [path.join(dataDirectory, "work")] };
}

export async function checkJail(dataDirectory: string): Promise<Finding> {
  try {
    const { level, reason, limitsBy } = await createJail(jailOptions(dataDirectory));
    const bounded = limitsBy === "CONTROL_GROUPS" ? "control groups" : "resource limits";
    if (reason === null)
      return { what: WHAT, state: "ok", detail: `${level} (bubblewrap); memory and processes by ${bounded}` };
    return { what: WHAT, state: "limited", detail: `${level}: ${reason}`, remedy: REMEDY };
  } catch (error) {
    return { what: WHAT, state: "missing", detail: (error as Error).message, remedy: REMEDY };
  }
}
