/** The painter of templates: see docs/reference/painters.md. */
import { readFile } from "node:fs/promises";
import { TemplateError } from "@reelay/templates";
import { z } from "zod";
import { examine } from "./examine.ts";
import { Job } from "./job.ts";
import { warn } from "./messages.ts";
import { paint } from "./paint.ts";
import { send } from "./records.ts";

const MAX_WARNINGS = 500;

/** Of the library that draws: with another one, pictures may differ. */
async function readVersion(): Promise<string> {
  const manifest = new URL("../package.json", import.meta.resolve("@takumi-rs/core"));
  return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
}

/** Does not wait for a picture that is being drawn, as an ordinary end does. */
function end(error: TemplateError): never {
  report(error);
  process.kill(process.pid, "SIGKILL");
  throw error;
}

function report(error: TemplateError): void {
  const [first, ...rest] = error.issues;
  for (const issue of rest.slice(0, MAX_WARNINGS)) warn(issue);
  const { code = "TEMPLATE_INVALID", path = null, message = error.message } = first ?? {};
  send.event({
    type: "failed",
    ...{ code, path, message: message.slice(0, 4_000), line: null, column: null, traceback: null },
  });
}

async function main(args: readonly string[]): Promise<void> {
  const version = await readVersion();
  if (args[0] === "--examine") return await examine(version, args[1] ?? "");
  send.event({ type: "hello", protocol: 1, painter: "template", version });
  const job = Job.safeParse(JSON.parse(args[0] ?? "{}"));
  if (!job.success) throw new Error(z.prettifyError(job.error));
  try {
    await paint(job.data, end);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(error);
  }
}

await main(process.argv.slice(2));
