/** Checks of sources for workers that ask over HTTP. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type CheckReport, objectKeys, type SourceCheckRequested } from "@reelay/contracts";
import type { Worker } from "../../prisma/generated/client.ts";
import type { DispatcherDeps } from "../dispatcher/index.ts";
import { createSecretBox, type SecretBox } from "../secrets/index.ts";
import { readOpenCheck, takeCheck } from "../source-checks/index.ts";
import { GatewayError } from "./gateway-error.ts";
import type { ObjectScope } from "./objects.ts";
import { keysIn, templatesIn } from "./scope.ts";

/** An author waits for a check. All waiting workers share a look. */
const LOOK_MS = 400;

interface Deps extends Pick<DispatcherDeps, "db" | "clock"> {
  secrets: SecretBox;
}

/** The answer to a worker that asks for a check. */
interface CheckAnswer {
  check: SourceCheckRequested;
  /** Proves that this worker received it. */
  token: string;
}

export interface Checks {
  /** Resolves with a check, or with null when none came in time or the signal aborted. */
  take(worker: Worker, waitMs: number, signal: AbortSignal): Promise<CheckAnswer | null>;
  /** Throws `GatewayError` unless the worker received the check, and may answer it. */
  assertOwnReport(worker: Worker, report: CheckReport, credential: string | null): Promise<void>;
  /** What the check may read, and where its pictures go. Throws `GatewayError`. */
  scopeOf(worker: Worker, credential: string): Promise<ObjectScope>;
}

const contextOf = (id: string) => ({ kind: "check", workspaceId: null, id }) as const;

export function createChecks({ db, clock, secrets: shared }: Deps): Checks {
  // Without a key of the installation, which development does without, it is this process's own.
  const secrets = shared.currentPrefix === null ? createSecretBox([randomBytes(32)]) : shared;
  let look = { at: Number.NEGATIVE_INFINITY, isDue: Promise.resolve(false) };
  const isDue = (): Promise<boolean> => {
    const at = performance.now();
    if (at - look.at >= LOOK_MS) {
      const pending = db.sourceCheck.count({ where: { status: "PENDING" }, take: 1 });
      look = { at, isDue: pending.then((count) => count > 0) };
    }
    return look.isDue;
  };

  async function takeNow(workerId: string): Promise<CheckAnswer | null> {
    const worker = await db.worker.findUnique({ where: { id: workerId } });
    if (worker === null || worker.tokenUntil === null || worker.tokenUntil <= clock()) return null;
    const check = await db.$transaction((tx) => takeCheck(tx, worker, clock()));
    if (check === null) return null;
    const token = secrets.encryptSecret(workerId, contextOf(check.checkId));
    return { check, token: `${check.checkId}.${token}` };
  }

  /** The check that a credential names, if it is this worker's. */
  async function readOwn(worker: Worker, credential: string | null) {
    const [, checkId = "", token = ""] = /^([0-9a-f-]{36})\.([\w.-]{1,400})$/.exec(credential ?? "") ?? [];
    if (checkId === "" || !isGivenTo(worker.id, checkId, token))
      throw new GatewayError("CHECK_TOKEN_INVALID", "This requires the token of a check of this worker.");
    const check = await readOpenCheck(db, worker, checkId);
    if (check === null)
      throw new GatewayError("CHECK_ENDED", "The check has ended, or this worker may not do it any more.");
    return { checkId, ...check };
  }

  /** A value in plain text is none that the API has given. */
  function isGivenTo(workerId: string, checkId: string, token: string): boolean {
    try {
      return secrets.isCurrent(token) && secrets.decryptSecret(token, contextOf(checkId)) === workerId;
    } catch {
      return false;
    }
  }

  return {
    async take(worker, waitMs, signal) {
      const until = performance.now() + waitMs;
      for (;;) {
        const found = !signal.aborted && (await isDue()) ? await takeNow(worker.id) : null;
        const leftMs = until - performance.now();
        if (found !== null || signal.aborted || leftMs <= 0) return found;
        await sleep(Math.min(leftMs, LOOK_MS), undefined, { signal }).catch(() => undefined);
      }
    },
    async assertOwnReport(worker, report, credential) {
      const { checkId } = await readOwn(worker, credential);
      if (report.workerId === worker.id && report.checkId === checkId) return;
      throw new GatewayError(
        "REPORT_FORBIDDEN",
        `The token is that of the check ${checkId}; the report is about ${report.checkId}.`,
      );
    },
    async scopeOf(worker, credential) {
      const { checkId, params } = await readOwn(worker, credential);
      const keys = new Set(keysIn(params));
      const folders = templatesIn({ composition: params });
      const own = objectKeys.check(checkId);
      const refuseUnless = (isAllowed: boolean, key: string): void => {
        if (isAllowed && !key.includes("..")) return;
        throw new GatewayError(
          "OBJECT_FORBIDDEN",
          `The check may write below ${own} and read what it names; ${JSON.stringify(key.slice(0, 200))} is neither.`,
        );
      };
      const isOwn = (key: string) => key.startsWith(own);
      return {
        assertRead: (key) =>
          refuseUnless(isOwn(key) || keys.has(key) || folders.some((folder) => key.startsWith(folder)), key),
        assertWrite: (key) => refuseUnless(isOwn(key), key),
        assertOwn: (prefix) => refuseUnless(isOwn(prefix), prefix),
      };
    },
  };
}
