import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { buildGoProgram } from "../kit/build-go-program.ts";

export interface PstestServer extends AsyncDisposable {
  /** `host:port`. */
  address: string;
  port: number;
}

/** Starts Google's Go server, built on first use. */
export async function startPstest(port = 0): Promise<PstestServer> {
  const child = spawn(await buildPstest(), [String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error(`pstest ended before it printed its address (port ${port}).`);
  return {
    address: first.value,
    port: Number(first.value.split(":").at(-1)),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The program's path. */
export const buildPstest = () => buildGoProgram(import.meta.dirname);
