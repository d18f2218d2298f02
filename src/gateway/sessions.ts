import { randomBytes } from "node:crypto";
import type { PrismaClient, Worker } from "../../prisma/generated/client.ts";
import { recordWorkspaceEvent } from "../events/index.ts";
import { createToken, hashToken, isTokenOf } from "../secrets/index.ts";
import { GatewayError } from "./gateway-error.ts";

/** Life of a worker's token after its last heartbeat. */
const TOKEN_MS = 15 * 60_000;
/** How long a completed attempt's token still reads, for what is measured afterwards. */
const AFTERWARDS_MS = 3_600_000;

interface Deps {
  db: PrismaClient;
  clock: () => Date;
}

/** What a worker knows after it has joined. */
export interface Joined {
  workerId: string;
  token: string;
  realm: Worker["realm"];
  expiresAt: string;
}

/**
 * Exchanges a join token for a worker's name and token. The token works once: the second of two copies of a
 * machine is refused. Throws `GatewayError`.
 */
export async function join(
  { db, clock }: Deps,
  joinToken: string,
  { hostname, version }: { hostname: string; version: string },
): Promise<Joined> {
  const now = clock();
  return await db.$transaction(async (tx) => {
    const workerId = `worker-${randomBytes(6).toString("hex")}`;
    const hash = hashToken(joinToken);
    // The row's lock lets one of several copies win.
    const { count } = await tx.joinToken.updateMany({
      where: { hash, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now, workerId },
    });
    const known = await tx.joinToken.findUnique({ where: { hash } });
    if (count === 0 || known === null) throw explainRefusal(known);
    const token = createToken();
    const tokenUntil = new Date(now.getTime() + TOKEN_MS);
    // Its first heartbeat describes it.
    const offer = { pools: ["cpu"], slots: 0, kinds: [], encoders: [], startWithinMs: 15_000 };
    await tx.worker.create({
      data: {
        ...{ id: workerId, hostname, version, offer, pools: ["CPU"], slots: 0 },
        ...{ startedAt: now, lastSeenAt: now, link: "GATEWAY", realm: known.realm },
        ...{ tokenHash: hashToken(token), tokenUntil },
      },
    });
    const data = { joinTokenId: known.id, workerId, hostname, realm: known.realm };
    if (known.workspaceId !== null)
      await recordWorkspaceEvent(tx, known.workspaceId, { type: "worker.joined", data });
    return { workerId, token, realm: known.realm, expiresAt: tokenUntil.toISOString() };
  });
}

function explainRefusal(known: { usedAt: Date | null; revokedAt: Date | null } | null): GatewayError {
  const again = "Create another one with the mutation createJoinToken.";
  if (known === null) return new GatewayError("JOIN_TOKEN_INVALID", `This join token is unknown. ${again}`);
  if (known.revokedAt !== null)
    return new GatewayError("JOIN_TOKEN_REVOKED", `This join token was revoked. ${again}`);
  if (known.usedAt !== null) {
    return new GatewayError(
      "JOIN_TOKEN_USED",
      `This join token was used at ${known.usedAt.toISOString()}; each works once. ${again}`,
    );
  }
  return new GatewayError("JOIN_TOKEN_EXPIRED", `This join token has expired. ${again}`);
}

/** The worker that a token belongs to. Throws `GatewayError`. */
export async function authenticate({ db, clock }: Deps, token: string | null): Promise<Worker> {
  const worker =
    token === null ? null : await db.worker.findUnique({ where: { tokenHash: hashToken(token) } });
  if (worker === null) {
    throw new GatewayError(
      "WORKER_TOKEN_INVALID",
      "This requires the token that a worker receives when it joins: Authorization: Bearer TOKEN.",
    );
  }
  if (worker.tokenUntil === null || worker.tokenUntil <= clock()) {
    throw new GatewayError(
      "WORKER_TOKEN_EXPIRED",
      "This worker's token was revoked, or it sent no heartbeat for 15 minutes. It must join again.",
    );
  }
  return worker;
}

/** Keeps a worker's token for another 15 minutes. */
export const renew = ({ db, clock }: Deps, workerId: string): Promise<unknown> =>
  db.worker.updateMany({
    where: { id: workerId, tokenUntil: { gt: clock() } },
    data: { tokenUntil: new Date(clock().getTime() + TOKEN_MS) },
  });

/** Objects that an attempt's token reaches. Keys below its own prefix are always in it. */
export interface AttemptScope {
  /** Keys that it may read. */
  keys: string[];
  /** Folders that it may read. */
  folders: string[];
  /** The key of the source that it fetches, which it may create once; null: none. */
  creates: string | null;
  /** Folder of the workspace's spoken texts, which it may read and create, not replace. Absent: none. */
  speech?: string;
}

/** An attempt whose token a worker has shown. */
export interface OwnAttempt {
  id: string;
  taskId: string;
  jobId: string;
  videoId: string;
  scope: AttemptScope;
  /** `OPEN`: it may write. `MEASURED`: it may read and account. `ENDED`: it may report, without effect. */
  state: "OPEN" | "MEASURED" | "ENDED";
}

/** The attempt of a token, `ID.SECRET`, of this worker. Throws `GatewayError`. */
export async function readOwnAttempt(
  { db, clock }: Deps,
  worker: Pick<Worker, "id">,
  credential: string | null,
): Promise<OwnAttempt> {
  const [, id = "", secret = ""] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(credential ?? "") ?? [];
  const attempt =
    id === ""
      ? null
      : await db.attempt.findFirst({
          where: { id, workerId: worker.id },
          include: { task: { include: { job: { select: { videoId: true } } } } },
        });
  if (attempt === null || !isTokenOf(secret, attempt.tokenHash ?? "")) {
    throw new GatewayError(
      "ATTEMPT_TOKEN_INVALID",
      "This requires the token of an attempt of this worker: Reelay-Attempt: ID.TOKEN.",
    );
  }
  const { task, outcome, endedAt } = attempt;
  const isMeasured =
    outcome === "COMPLETED" && endedAt !== null && clock().getTime() - endedAt.getTime() < AFTERWARDS_MS;
  return {
    ...{ id, taskId: task.id, jobId: task.jobId, videoId: task.job.videoId },
    scope: attempt.scope as unknown as AttemptScope,
    state: outcome === null ? "OPEN" : isMeasured ? "MEASURED" : "ENDED",
  };
}
