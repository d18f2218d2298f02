/**
 * The plugin for Cloud CDN in its own language: its tests, of the check and of the compiled plugin in an
 * emulated host, run under `go test`.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { whyNoGo } from "../kit/build-go-program.ts";

const folder = join(import.meta.dirname, "../../integrations/cdn/cloud-cdn");
const missing = process.env.CI === undefined ? whyNoGo() : undefined;

test.skipIf(missing !== undefined)(
  `the plugin for Cloud CDN compiles, and answers every request as the rule for other CDNs does${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  async () => {
    const { stdout } = await promisify(execFile)("go", ["test", "./..."], { cwd: folder });
    expect(stdout).toMatch(/^ok\s/m);
  },
  300_000,
);
