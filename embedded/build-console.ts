/** Builds the console while the system starts, in a separate low-priority process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";

const script = fileURLToPath(new URL("../scripts/build.ts", import.meta.url));

/**
 * Disposing stops a running build. Until it is done the API answers at `/` that the console is being built.
 */
export function startConsoleBuild(log: Logger, print: (text: string) => void): AsyncDisposable {
  const child = spawn(process.execPath, [script, "console", "--if-stale"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let isStopping = false;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  if (child.pid !== undefined) lowerPriority(child.pid);
  const ended = once(child, "close").then(
    ([code]: unknown[]) => {
      if (isStopping) return;
      if (code === 0) {
        log.info("console.built");
      } else {
        log.warn({ code, output: output.slice(-4_000) }, "console.not-built");
        print(
          "The console could not be built. Run `npm run build -- console` to see why. Everything else works.",
        );
      }
    },
    (err: unknown) => log.warn({ err }, "console.not-built"),
  );
  return {
    async [Symbol.asyncDispose]() {
      isStopping = true;
      child.kill();
      await ended;
    },
  };
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has already ended, or the system does not allow it: it then runs at normal priority.
  }
}
