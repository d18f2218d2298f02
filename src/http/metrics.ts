import type { IncomingMessage, ServerResponse } from "node:http";
import { serveHttp } from "@reelay/process";
import type { Registry } from "prom-client";
import { type Authenticate, requireScope, tokenIn } from "../auth/index.ts";
import { ForbiddenError } from "../errors/index.ts";
import type { Scaling } from "../scaling/index.ts";
import { sendJson } from "./json.ts";
import { pathOf } from "./path.ts";

type Exposed = Pick<Registry, "metrics" | "contentType">;

/** Sends Prometheus' text format. */
async function sendMetrics(res: ServerResponse, metrics: Exposed): Promise<void> {
  res.setHeader("Content-Type", metrics.contentType);
  res.end(await metrics.metrics());
}

interface Access {
  authenticate: Authenticate;
  /** Anyone may ask. */
  isOpen: boolean;
}

/**
 * Answers `/metrics` on the public port. The figures cover the whole installation, so outside of development
 * they require a key with the scope `OPERATOR`; Prometheus sends one with `authorization.credentials`.
 */
export async function answerMetrics(
  req: IncomingMessage,
  res: ServerResponse,
  { metrics, ...access }: Access & { metrics: Exposed },
): Promise<void> {
  const without =
    "Metrics require an API key with the scope OPERATOR (`Authorization: Bearer <api key>`), or METRICS_PORT without a key.";
  if (await mayRead(req, res, access, without)) await sendMetrics(res, metrics);
}

/** Answers `/scaling`, to the same readers as `/metrics`. */
export async function answerScaling(
  req: IncomingMessage,
  res: ServerResponse,
  { read, ...access }: Access & { read: () => Promise<Scaling> },
): Promise<void> {
  const without = "/scaling requires an API key with the scope OPERATOR (`Authorization: Bearer <api key>`).";
  if (await mayRead(req, res, access, without)) sendJson(res, 200, await read());
}

/** Answers 401 or 403 if not. */
async function mayRead(
  req: IncomingMessage,
  res: ServerResponse,
  { authenticate, isOpen }: Access,
  without: string,
): Promise<boolean> {
  if (isOpen) return true;
  const token = tokenIn(req.headers.authorization);
  const viewer = token === null ? null : await authenticate(token);
  if (viewer === null) {
    res.setHeader("WWW-Authenticate", 'Bearer realm="Reelay"');
    sendJson(res, 401, { error: { code: "UNAUTHENTICATED", message: without } });
    return false;
  }
  try {
    requireScope(viewer, "OPERATOR");
  } catch (error) {
    if (!(error instanceof ForbiddenError)) throw error;
    sendJson(res, 403, { error: { code: error.code, message: error.message } });
    return false;
  }
  return true;
}

/**
 * Serves `/metrics` without a key on a separate port, on all addresses: for a network closed to strangers.
 * Rejects like `serveHttp`.
 */
export async function startMetricsServer(
  port: number,
  metrics: Exposed,
): Promise<AsyncDisposable & { port: number }> {
  return await serveHttp(port, (req, res) => {
    if (pathOf(req) !== "/metrics") {
      return sendJson(res, 404, { error: { code: "NOT_FOUND", message: "This port only serves /metrics." } });
    }
    sendMetrics(res, metrics).catch(() => res.destroy());
  });
}
