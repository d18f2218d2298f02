import { randomInt } from "node:crypto";
import { type Difficulty, tidyText } from "@reelay/questions";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { checkLanguage, checkTopic } from "./check-input.ts";
import { GENERATION_CHANNEL } from "./generator.ts";
import { MAX_AVOIDED, MAX_AVOIDED_LENGTH, MAX_COUNT, MAX_GENERATING } from "./limits.ts";

const DEFAULT_WAIT_MS = 10_000;
const MAX_WAIT_MS = 30_000;
const RETRY_AFTER_MS = 10_000;
const MAX_SEED = 2 ** 31 - 1;

interface GenerateInput {
  topic: string;
  /** Null or absent: mixed. */
  difficulty?: Difficulty | null;
  count: number;
  /** BCP 47 tag. */
  language: string;
  avoid?: readonly string[] | null;
  /** Default: false. */
  verify?: boolean | null;
  /** Default: a random one. */
  seed?: number | null;
  waitMs?: number | null;
  idempotencyKey?: string | null;
}

/**
 * Creates a set whose questions the generator writes, and waits until it has. After `waitMs` the set is still
 * GENERATING.
 *
 * Throws `InvalidInputError` (`TOPIC_INVALID`, `LANGUAGE_INVALID`, `COUNT_INVALID`, `AVOID_INVALID`,
 * `SEED_INVALID`, `WAIT_INVALID`, `TOPIC_NOT_IN_BANK`, `LANGUAGE_NOT_IN_BANK`, `VERIFICATION_UNAVAILABLE`,
 * and those of `onceByKey`), `ConflictError` (those of `onceByKey`) and `QuotaExceededError`
 * (`GENERATING_SETS`).
 */
export async function generateQuestions(
  deps: OperationDeps,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  input: GenerateInput,
): Promise<{ questionSetId: string }> {
  const { idempotencyKey, waitMs, ...request } = input;
  const patienceMs = checkWait(waitMs ?? DEFAULT_WAIT_MS);
  const topic = checkTopic(input.topic);
  const language = checkLanguage(input.language);
  checkCount(input.count);
  const avoid = checkAvoid(input.avoid ?? []);
  const seed = checkSeed(input.seed ?? randomInt(MAX_SEED));
  deps.questionWriter.assertCanWrite({ topic, language, verify: input.verify ?? false });
  const keyed = { workspaceId, key: idempotencyKey, operation: "generateQuestions", input: request };
  const id = await onceByKey(deps.db, keyed, async (tx, setId) => {
    await assertRoom(tx, workspaceId);
    const { difficulty = null, count } = input;
    await tx.questionSet.create({
      data: {
        ...{ id: setId, workspaceId, origin: "GENERATED", status: "GENERATING" },
        ...{ topic, difficulty, count, language, avoid, seed, verify: input.verify ?? false },
        createdAt: deps.clock(),
      },
    });
    await tx.$executeRaw`SELECT pg_notify(${GENERATION_CHANNEL}, '')`;
  });
  if (patienceMs > 0) {
    const isGenerating = { id, status: "GENERATING" } as const;
    await deps.checkWaits.wait(
      patienceMs,
      async () => (await deps.db.questionSet.count({ where: isGenerating })) === 0,
    );
  }
  return { questionSetId: id };
}

function checkWait(waitMs: number): number {
  if (waitMs >= 0 && waitMs <= MAX_WAIT_MS) return waitMs;
  throw new InvalidInputError(
    "WAIT_INVALID",
    "waitMs",
    `waitMs: is ${waitMs}; use 0 to ${MAX_WAIT_MS} milliseconds, or omit it for ${DEFAULT_WAIT_MS}.`,
  );
}

function checkCount(count: number): void {
  if (count >= 1 && count <= MAX_COUNT) return;
  throw new InvalidInputError(
    "COUNT_INVALID",
    "count",
    `count: is ${count}; ask for 1 to ${MAX_COUNT} questions, and for more in several sets.`,
  );
}

function checkAvoid(texts: readonly string[]): string[] {
  const tidied = texts.map(tidyText).filter((text) => text !== "");
  const long = tidied.findIndex(
    (text) => text.length > MAX_AVOIDED_LENGTH || text.includes("\0") || !text.isWellFormed(),
  );
  if (tidied.length <= MAX_AVOIDED && long === -1) return tidied;
  throw new InvalidInputError(
    "AVOID_INVALID",
    "avoid",
    long === -1
      ? `avoid: has ${tidied.length} texts and may have ${MAX_AVOIDED}.`
      : `avoid: text ${long + 1} is not a text of at most ${MAX_AVOIDED_LENGTH} characters. Shorten it.`,
  );
}

function checkSeed(seed: number): number {
  if (seed >= 0 && seed <= MAX_SEED) return seed;
  throw new InvalidInputError(
    "SEED_INVALID",
    "seed",
    `seed: is ${seed}; use 0 to ${MAX_SEED}, or omit it for a random one.`,
  );
}

/**
 * Locks: an advisory lock per workspace, held for a few statements, so that the limit holds for requests that
 * arrive together.
 */
async function assertRoom(tx: Tx, workspaceId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.question-sets'), hashtext(${workspaceId}))`;
  const used = await tx.questionSet.count({ where: { workspaceId, status: "GENERATING" } });
  if (used < MAX_GENERATING) return;
  throw new QuotaExceededError(
    `The workspace has ${used} question sets that are being generated, and may have ${MAX_GENERATING}. Send this request again in ${RETRY_AFTER_MS / 1_000} s.`,
    { quota: "GENERATING_SETS", limit: MAX_GENERATING, used, retryAfterMs: RETRY_AFTER_MS },
  );
}
