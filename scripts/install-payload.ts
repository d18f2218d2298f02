/** Payload and Next.js are large, and only the plugin's own tests and types want them: they are installed apart, when first asked for. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { isInstalled, markInstalled } from "./install/installed.mjs";
import { withLock } from "./install/lock.mjs";

export const PAYLOAD_FOLDER = path.resolve(import.meta.dirname, "../integrations/payload");

/** Does nothing when all is there. @throws Error when npm fails. */
export async function installPayload(): Promise<void> {
  await withLock(path.join(PAYLOAD_FOLDER, ".install.lock"), async () => {
    if (isInstalled(PAYLOAD_FOLDER)) return;
    const flags = ["--ignore-scripts", "--include=dev", "--include=optional", "--loglevel=error"];
    const isWindows = process.platform === "win32";
    const npm = spawn("npm", ["ci", ...flags], {
      cwd: PAYLOAD_FOLDER,
      stdio: ["ignore", 2, 2],
      shell: isWindows,
    });
    const [code] = (await once(npm, "close")) as [number | null];
    if (code !== 0) throw new Error(`npm ci in ${PAYLOAD_FOLDER} ended with ${code}; its reason is above.`);
    markInstalled(PAYLOAD_FOLDER);
  });
}
