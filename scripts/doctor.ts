/** `npm run doctor`: what this machine has of what Reelay needs, what is missing, and how to get it. */
import path from "node:path";
import { checkFfmpeg } from "./doctor/ffmpeg.ts";
import { printFindings } from "./doctor/finding.ts";
import { checkJail } from "./doctor/jail.ts";
import { checkDataDirectory, checkPort } from "./doctor/machine.ts";
import { checkChromium, checkGo, checkNode, checkNpm } from "./doctor/programs.ts";
import { checkBroker, checkPostgres } from "./doctor/services.ts";

const dataDirectory = path.resolve(process.env["REELAY_DATA_DIR"] ?? ".reelay");
const port = Number(process.env["PORT"] ?? 4000);

const findings = await Promise.all([
  checkNode(),
  checkNpm(),
  checkFfmpeg(),
  checkJail(dataDirectory),
  checkPostgres(dataDirectory),
  checkPort(port),
  checkDataDirectory(dataDirectory),
  checkGo(),
  checkChromium(),
]);

const all = [...findings.flat(), checkBroker()];
console.log(printFindings(all));
const missing = all.filter(({ state }) => state === "missing").map(({ what }) => what);
console.log(missing.length === 0 ? "\nReady for npm start." : `\nMissing: ${missing.join(", ")}.`);
process.exitCode = missing.length === 0 ? 0 : 1;
