/**
 * Modal's API for tests (`server.py`), which Modal's own client finds by MODAL_SERVER_URL while it runs.
 * What it does not show: capacity, images, starts, rights and prices.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { testEnv } from "../../render-worker/testing/env.ts";
import { installPythonPackages } from "../kit/python-environment.ts";

interface Sandbox {
  id: string;
  isRunning: boolean;
  exitCode: number | null;
  environment: Record<string, string>;
  /** Commands of the image's last layer. */
  image: string[];
  definition: Record<string, unknown>;
}

interface Call {
  id: string;
  isRunning: boolean;
  /** Of the function. */
  arguments: unknown[];
}

interface Trouble {
  /** Of Modal's API, e.g. `SandboxCreateV2`. */
  method: string;
  /** Status of gRPC. */
  status: number;
  details: string;
  /** The call takes effect nevertheless. */
  isLate?: boolean;
}

export interface Modal extends AsyncDisposable {
  environment: Record<"MODAL_TOKEN_ID" | "MODAL_TOKEN_SECRET", string>;
  sandboxes(): Promise<Sandbox[]>;
  calls(): Promise<Call[]>;
  /** The next call of a method fails so. */
  fail(trouble: Trouble): Promise<void>;
}

/**
 * `program`: what runs in place of the image's worker; default: nothing, sandboxes and calls wait. `app`:
 * the file that is deployed.
 */
export async function startModal({ program, app }: { program?: string; app?: string } = {}): Promise<Modal> {
  const python = await installPythonPackages(join(import.meta.dirname, "python"));
  const child = spawn(python, ["-I", join(import.meta.dirname, "server.py")], {
    env: {
      ...testEnv,
      // Functions find `node` there, as in the image.
      PATH: `${dirname(process.execPath)}:${testEnv["PATH"]}`,
      ...(program !== undefined && { WORKER_PROGRAM: program }),
      ...(app !== undefined && { MODAL_APP: app }),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done === true) throw new Error("The Modal API for tests ended.");
    return JSON.parse(line.value);
  };
  const ask = async (command: object): Promise<{ sandboxes: Sandbox[]; calls: Call[] }> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    return (await read()) as { sandboxes: Sandbox[]; calls: Call[] };
  };
  const { url } = (await read()) as { url: string };
  const before = process.env["MODAL_SERVER_URL"];
  process.env["MODAL_SERVER_URL"] = url;
  return {
    environment: { MODAL_TOKEN_ID: "ak-of-the-account", MODAL_TOKEN_SECRET: "as-of-the-account" },
    sandboxes: async () => (await ask({})).sandboxes,
    calls: async () => (await ask({})).calls,
    fail: async (trouble) => void (await ask({ trouble })),
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete process.env["MODAL_SERVER_URL"];
      else process.env["MODAL_SERVER_URL"] = before;
      child.stdin.end();
      await ended;
    },
  };
}
