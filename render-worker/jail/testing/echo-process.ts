/**
 * A process that creates a jail and runs a program in it, then prints its own id, the jail's level and the
 * program's output.
 */
import type { JailLevel } from "@reelay/contracts";
import { processEnvironment } from "../../env.ts";
import { confine } from "../../programs/program.ts";
import { createJail } from "../create-jail.ts";

const strongest = (processEnvironment["STRONGEST"] ?? "FULL") as JailLevel;
const jail = await createJail({ sandbox: "auto", path: processEnvironment["PATH"] ?? "", strongest });
const { level, reason } = jail;
const { stdout, stderr } = await confine(jail, "/bin/echo").run(["hello"], { timeoutMs: 20_000 });
process.stdout.write(JSON.stringify({ pid: process.pid, level, reason, output: stdout + stderr }));
