/** A process that makes the strongest jail, and prints its own number and the jail's level. */
import { processEnvironment } from "../../env.ts";
import { createJail } from "../create-jail.ts";

const { level, reason } = await createJail({ sandbox: "auto", path: processEnvironment["PATH"] ?? "" });
process.stdout.write(JSON.stringify({ pid: process.pid, level, reason }));
