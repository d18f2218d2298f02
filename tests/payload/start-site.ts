import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { eventually } from "../kit/index.ts";
import { EDITOR, SITE } from "./set-up.ts";

const NEXT = path.join(SITE, "../node_modules/next/dist/bin/next");

export interface Site extends AsyncDisposable {
  url: string;
  /** Milliseconds from the start of its process until it answered. */
  startedInMs: number;
  /** What it printed. */
  printed(): string;
  /** Asks its REST API, as the editor unless `isAnonymous`. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    isAnonymous?: boolean,
  ): Promise<{ status: number; body: Answer }>;
  /** As a deploy does. */
  stop(): Promise<void>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
type Answer = any;

/** Payload as it runs for real: built, in production, a process of its own. */
export async function startSite(port: number, env: Record<string, string>): Promise<Site> {
  const began = performance.now();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [NEXT, "start", SITE, "-p", String(port), "-H", "127.0.0.1"], {
    cwd: SITE,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const closed = once(child, "close");
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended.
    }
  };
  let token: string | undefined;

  const site: Site = {
    url,
    startedInMs: 0,
    printed: () => printed,
    async ask(method, at, body, isAnonymous = false) {
      if (!isAnonymous && token === undefined) {
        const login = await site.ask("POST", "/users/login", EDITOR, true);
        token = String(login.body.token);
      }
      const response = await fetch(`${url}/api${at}`, {
        method,
        headers: {
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(!isAnonymous && { authorization: `JWT ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
    },
    async stop() {
      signal("SIGTERM");
      await closed;
    },
    async [Symbol.asyncDispose]() {
      signal("SIGKILL");
      await closed;
    },
  };
  try {
    await eventually(
      async () => {
        if (child.exitCode !== null) return true;
        return (await fetch(`${url}/api/reelay/health`)).status === 401;
      },
      "Payload answers",
      { timeoutMs: 60_000, intervalMs: 100 },
    );
    if (child.exitCode !== null) throw new Error("Payload ended");
  } catch (cause) {
    signal("SIGKILL");
    throw new Error(`Payload did not start:\n${printed}`, { cause });
  }
  site.startedInMs = Math.round(performance.now() - began);
  return site;
}
