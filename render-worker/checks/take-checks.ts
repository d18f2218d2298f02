import { join } from "node:path";
import { SpanKind } from "@opentelemetry/api";
import { type CheckReport, jailLevels, kindOf, type SourceCheckRequested } from "@reelay/contracts";
import {
  checksOf,
  type Delivery,
  type Messaging,
  messageAttributes,
  toolSetsOf,
  topics,
  traceOf,
} from "@reelay/messaging";
import { inSpan } from "@reelay/telemetry";
import type { Logger } from "pino";
import { type CheckHost, type PreparedKind, TRACER_NAME } from "../attempt/index.ts";
import type { WorkerConfig } from "../config.ts";
import { RenderError } from "../errors.ts";
import type { Jail } from "../jail/index.ts";
import type { PreparedKinds } from "../kinds/index.ts";

interface TakeOptions {
  messaging: Pick<Messaging, "consume" | "publish">;
  kinds: Pick<PreparedKinds, "get" | "offer">;
  config: Pick<WorkerConfig, "workerId" | "script" | "limits" | "fetch">;
  jail: Pick<Jail, "level" | "sourceOrigin">;
  memory: CheckHost["memory"];
  store: CheckHost["store"];
  /** The store within the reach of a check. Default: `store`. */
  storeOf?: ((checkId: string) => CheckHost["store"]) | undefined;
  /** Where each check gets a folder. */
  directory: string;
  log: Logger;
  /** Ends running checks; other workers get them. */
  signal: AbortSignal;
}

/** Beside all tasks: an author waits for a check, and tasks may last for an hour. */
const CHECKS_AT_ONCE = 2;

/**
 * Takes checks of the kinds that this worker offers, without a slot. A message is acknowledged after the
 * report; if the worker is lost or stops, the broker gives it to another one.
 */
export async function takeChecks(options: TakeOptions): Promise<AsyncDisposable> {
  await using taken = new AsyncDisposableStack();
  const running = new Set<string>();
  for (const { name, tools = [], jail = options.jail } of options.kinds.offer().kinds) {
    const kind = options.kinds.get(name);
    const check = kind?.check?.bind(kind);
    if (check === undefined || !isStrongEnough(jail, name)) continue;
    const take = async (delivery: Delivery) => {
      const { message } = delivery;
      // A second message of a check that is running here needs no second run.
      if (message.type !== "source.check-requested.v1" || running.has(message.checkId)) return;
      running.add(message.checkId);
      try {
        const parent = traceOf(delivery);
        const attributes = {
          ...messageAttributes("process", topics.checks, message.type),
          "reelay.check.id": message.checkId,
          "reelay.worker.id": options.config.workerId,
        };
        const span = { kind: SpanKind.CONSUMER, parent, attributes };
        await inSpan(TRACER_NAME, `process ${topics.checks}`, span, async () =>
          options.messaging.publish(await run(options, check, message)),
        );
      } finally {
        running.delete(message.checkId);
      }
    };
    for (const each of toolSetsOf(name, tools))
      taken.use(await options.messaging.consume(checksOf(name, each), take, { maxInFlight: CHECKS_AT_ONCE }));
  }
  return taken.move();
}

/** Foreign code runs in the jail that its kind requires, or not at all. */
function isStrongEnough({ level }: Pick<Jail, "level">, kind: string): boolean {
  const required = kindOf(kind)?.requires.jail ?? "NONE";
  return jailLevels.indexOf(level) >= jailLevels.indexOf(required);
}

/** Throws if another worker should do the check. */
async function run(
  { config, jail, memory, storeOf, directory, signal, ...options }: TakeOptions,
  check: NonNullable<PreparedKind["check"]>,
  message: SourceCheckRequested,
): Promise<CheckReport> {
  const { checkId } = message;
  const log = options.log.child({ checkId });
  const store = storeOf?.(checkId) ?? options.store;
  const folder = join(directory, `check-${checkId}`);
  const reported = { checkId, workerId: config.workerId };
  const startedAt = performance.now();
  try {
    const checked = await check(message, { config, jail, memory, store, folder, log, signal });
    const ms = Math.round(performance.now() - startedAt);
    log.info({ issues: checked.issues.map(({ code }) => code), ms }, "check.ended");
    return { type: "source.checked.v1", ...reported, at: new Date().toISOString(), checked };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    log.warn({ err: error, code: error.reported.code }, "check.failed");
    return {
      type: "source.check-failed.v1",
      ...reported,
      at: new Date().toISOString(),
      error: error.reported,
    };
  }
}
