/**
 * `npm run dev`: the whole system, started again when a source changes; or the console's development server.
 */
import { runCommand } from "./command-line.ts";
import { endAs } from "./install/end-as.mjs";

const root = new URL("../", import.meta.url);
const system = ["--no-deprecation", "--watch", "embedded/main.ts"];
const consoleServer = ["node_modules/vite/bin/vite.js", "web"];

await runCommand(
  {
    name: "npm run dev",
    summary: "Starts Reelay on this machine, and starts it again when a source changes.",
    options: {
      console: {
        type: "boolean",
        default: false,
        help: "Instead: serves the console on port 5173, reloading pages, for the API on port 4000.",
      },
    },
    examples: ["npm run dev", "npm run dev -- --console"],
  },
  ({ values }) => endAs(process.execPath, values.console ? consoleServer : system, { cwd: root }),
);
