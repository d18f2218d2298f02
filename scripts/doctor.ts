/** `npm run doctor`: checks this machine. */
import path from "node:path";
import { runCommand } from "./command-line.ts";
import { checkFfmpeg } from "./doctor/ffmpeg.ts";
import { printFindings } from "./doctor/finding.ts";
import { checkJail } from "./doctor/jail.ts";
import { checkDataDirectory, checkPort } from "./doctor/machine.ts";
import { checkPainter, checkTemplatePainter } from "./doctor/painter.ts";
import { checkChromium, checkGo, checkNode, checkNpm } from "./doctor/programs.ts";
import { checkBroker, checkPostgres } from "./doctor/services.ts";
import { checkVoices } from "./doctor/voices.ts";

await runCommand(
  {
    name: "npm run doctor",
    summary:
      "Checks what Reelay needs on this machine: what is there, what is missing, and how to install it.",
    examples: ["npm run doctor", "PORT=8080 REELAY_DATA_DIR=/srv/reelay npm run doctor"],
  },
  examine,
);

async function examine(): Promise<void> {
  const dataDirectory = path.resolve(process.env["REELAY_DATA_DIR"] ?? ".reelay");
  const port = Number(process.env["PORT"] ?? 4000);

  const findings = await Promise.all([
    checkNode(),
    checkNpm(),
    checkFfmpeg(),
    checkJail(dataDirectory),
    checkPainter(dataDirectory),
    checkVoices(),
    checkTemplatePainter(),
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
}
