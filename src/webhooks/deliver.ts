import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { type SecretBox, SecretUnreadableError } from "../secrets/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import { type Claimed, claimDue, release } from "./claim.ts";
import { contextOf } from "./endpoint-secrets.ts";
import { createFailureNotes } from "./failure-notes.ts";
import { messageIdOf } from "./message.ts";
import type { Outcome } from "./plan-outcome.ts";
import { recordAttempt } from "./record-attempt.ts";
import type { Answer, Sender } from "./send.ts";
import { liveSecrets, type Signed, signatureHeaders } from "./sign.ts";

export interface DeliverDeps {
  db: PrismaClient;
  sender: Pick<Sender, "send">;
  secrets: Pick<SecretBox, "decryptSecret">;
  clock: () => Date;
  log: Logger;
  metrics?: Pick<Metrics, "webhookAttempted">;
  /** Time limit of a request. */
  timeoutMs: number;
  /** Called when a delivery has ended and another may start. */
  onEnded?: () => void;
}

interface Deliverer extends AsyncDisposable {
  /** Starts due deliveries up to the capacity. Resolves to their number without waiting for results. */
  deliverDue(): Promise<number>;
  /** Resolves when no request is running. */
  idle(): Promise<void>;
}

/**
 * Concurrent requests of one process to one endpoint: more would overload a slow receiver, fewer would delay
 * a fast one.
 */
const PER_ENDPOINT = 4;
/** Concurrent requests of one process. */
const MAX_IN_FLIGHT = 500;
/** Time beyond a request's own limit: for its lookup and for recording the result. */
const LEASE_MARGIN_MS = 15_000;
/** Time for running requests when the process stops. */
const GRACE_MS = 1_000;

/**
 * Sends due deliveries. Disposing gives requests 1 s to end; another process sends interrupted ones again
 * under the same id.
 */
export function createDeliverer(deps: DeliverDeps): Deliverer {
  const { db, sender, secrets, clock, log } = deps;
  const stopped = new AbortController();
  const busy = new Map<string, number>();
  const notes = createFailureNotes(log);
  const running = new Set<Promise<void>>();

  async function deliver(claimed: Claimed): Promise<void> {
    const { endpointId, id: deliveryId, type, url, body } = claimed;
    const startedAt = clock();
    const messageId = messageIdOf(deliveryId);
    const signed = sign(secrets, claimed, { messageId, at: startedAt, body });
    const headers = {
      "content-type": "application/json",
      "user-agent": "reelay-webhooks",
      "accept-encoding": "identity",
      ...signed.headers,
    };
    const answer = signed.refusal ?? (await sender.send({ url, headers, body }, stopped.signal));
    const outcome = await recordAttempt(db, { claimed, startedAt, headers, answer }, clock());
    if (outcome === null) return;
    deps.metrics?.webhookAttempted(resultOf(outcome), answer.durationMs / 1_000);
    const { error, status } = answer;
    if (error === null) return notes.taken(endpointId);
    const about = { endpointId, deliveryId, type, status, error };
    if (outcome.nextAttemptAt) notes.failed({ ...about, nextAttemptAt: outcome.nextAttemptAt });
    else log.warn(about, "webhook.abandoned");
    if (outcome.disable) {
      notes.forget(endpointId);
      log.warn({ endpointId, reason: outcome.disable.reason }, "webhook.disabled");
    }
  }

  async function deliverOrRelease(claimed: Claimed): Promise<void> {
    try {
      await deliver(claimed);
    } catch (error) {
      const { endpointId, id: deliveryId } = claimed;
      // It is due again when its lease expires, not immediately: otherwise an unrecordable delivery would be
      // sent without a pause.
      if (!stopped.signal.aborted) log.warn({ err: error, endpointId, deliveryId }, "webhook.not-recorded");
      else await release(db, claimed).catch(() => undefined);
    }
  }

  function begin(claimed: Claimed): void {
    const { endpointId } = claimed;
    busy.set(endpointId, (busy.get(endpointId) ?? 0) + 1);
    const run = deliverOrRelease(claimed).finally(() => {
      running.delete(run);
      const left = (busy.get(endpointId) ?? 1) - 1;
      if (left === 0) busy.delete(endpointId);
      else busy.set(endpointId, left);
      deps.onEnded?.();
    });
    running.add(run);
  }

  return {
    async deliverDue() {
      const room = MAX_IN_FLIGHT - running.size;
      if (room <= 0 || stopped.signal.aborted) return 0;
      const now = clock();
      const leasedUntil = new Date(now.getTime() + deps.timeoutMs + LEASE_MARGIN_MS);
      const due = await claimDue(db, { now, leasedUntil, perEndpoint: PER_ENDPOINT, room, busy });
      for (const claimed of due) begin(claimed);
      return due.length;
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async [Symbol.asyncDispose]() {
      const waited = new AbortController();
      const grace = delay(GRACE_MS, undefined, { signal: waited.signal }).catch(() => undefined);
      await Promise.race([grace, Promise.all(running)]);
      waited.abort();
      stopped.abort(new Error("The process stops."));
      await Promise.all(running);
    },
  };
}

/**
 * A message that cannot be signed is not sent. It is retried like any other, because the missing key may
 * return.
 */
function sign(
  secrets: Pick<SecretBox, "decryptSecret">,
  claimed: Claimed,
  message: Signed,
): { headers: Record<string, string>; refusal?: Answer } {
  const context = contextOf({ id: claimed.endpointId, workspaceId: claimed.workspaceId });
  try {
    const live = liveSecrets(claimed, message.at).map((stored) => secrets.decryptSecret(stored, context));
    return { headers: signatureHeaders(message, live) };
  } catch (error) {
    if (!(error instanceof SecretUnreadableError)) throw error;
    const none = { status: null, headers: null, body: null, isCut: false, durationMs: 0 };
    const refusal: Answer = { ...none, error: { code: "SECRET_UNREADABLE", message: error.message } };
    return { headers: {}, refusal };
  }
}

const resultOf = ({ state }: Outcome): "taken" | "retried" | "given-up" =>
  state === "SUCCEEDED" ? "taken" : state === "PENDING" ? "retried" : "given-up";
