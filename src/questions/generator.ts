import type { Logger } from "pino";
import { Prisma, type PrismaClient, type QuestionSet } from "../../prisma/generated/client.ts";
import { errorColumn, startWorkLoop, storeTransaction } from "../database/index.ts";
import { recordWorkspaceEvent } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { readBlockedWords } from "./blocked-words.ts";
import { DEADLINE_MS, LEASE_MS, MAX_ATTEMPTS, MAX_KNOWN } from "./limits.ts";
import { type QuestionWriter, QuestionWriterError } from "./question-writer.ts";
import { acceptedRow, insertQuestions, rejectedRow, setError } from "./save-set.ts";
import { type WrittenSet, writeSet } from "./write-set.ts";

/** NOTIFY on it says that a set was created. */
export const GENERATION_CHANNEL = "reelay_question_sets";
/** Sets that one process generates at a time: most of the time they wait for a model. */
const MAX_RUNNING = 4;

export interface GeneratorDeps {
  db: PrismaClient;
  writer: QuestionWriter;
  clock: () => Date;
  log: Pick<Logger, "info" | "warn">;
}

/**
 * Generates question sets until disposed. Any number of processes may run it. A set whose process has ended
 * is taken over when its lease expires; disposing gives the lease back.
 */
export async function startGenerator(
  deps: GeneratorDeps & { databaseUrl: string; log: Logger },
): Promise<AsyncDisposable> {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const loop = await startWorkLoop({
    databaseUrl: deps.databaseUrl,
    channel: GENERATION_CHANNEL,
    log: deps.log,
    work: async () => {
      if (running.size >= MAX_RUNNING || stopping.signal.aborted) return false;
      const set = await claimSet(deps);
      if (set === null) return false;
      const generation = generate(deps, set, stopping.signal)
        .catch((error: unknown) =>
          deps.log.warn({ err: error, questionSetId: set.id }, "questions.not-generated"),
        )
        .finally(() => {
          running.delete(generation);
          loop.wake();
        });
      running.add(generation);
      return true;
    },
    onFailed: (error, retryMs) => deps.log.warn({ err: error, retryMs }, "questions.not-claimed"),
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await loop[Symbol.asyncDispose]();
      await Promise.all(running);
    },
  };
}

/** Generates all sets that are due, one after the other. Resolves to their number. */
export async function generateDue(deps: GeneratorDeps): Promise<number> {
  const never = new AbortController().signal;
  for (let count = 0; ; count += 1) {
    const set = await claimSet(deps);
    if (set === null) return count;
    await generate(deps, set, never);
  }
}

/**
 * Takes the lease of the oldest set without one. `attempts` is its fencing token: a process that lost the
 * lease writes nothing.
 *
 * Locks the row while it takes it, and skips rows that other processes are taking.
 */
async function claimSet({ db, clock }: GeneratorDeps): Promise<QuestionSet | null> {
  const now = clock();
  const [claimed] = await db.$queryRaw<{ id: string }[]>`
    UPDATE question_sets SET attempts = attempts + 1, lease_until = ${new Date(now.getTime() + LEASE_MS)}
    WHERE id = (
      SELECT id FROM question_sets WHERE status = 'GENERATING' AND (lease_until IS NULL OR lease_until < ${now})
      ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return claimed === undefined ? null : db.questionSet.findUnique({ where: { id: claimed.id } });
}

async function generate(deps: GeneratorDeps, set: QuestionSet, stopping: AbortSignal): Promise<void> {
  const { db, writer } = deps;
  if (set.attempts > MAX_ATTEMPTS) return await endSet(deps, set, abandoned());
  const { topic, difficulty, count, language, avoid, seed, verify } = set;
  const request = { topic, difficulty, count, language, avoid, seed, verify };
  const known = await readKnown(db, set);
  const blocked = await readBlockedWords(db, set);
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(DEADLINE_MS)]);
  const written = await writeSet(writer, { ...request, known, blocked }, signal);
  if (!stopping.aborted) return await endSet(deps, set, written);
  // Another process generates it without waiting, and this attempt does not count.
  await db.questionSet.updateMany({
    where: { id: set.id, status: "GENERATING", attempts: set.attempts },
    data: { leaseUntil: null, attempts: { decrement: 1 } },
  });
}

const abandoned = (): WrittenSet => ({
  ...{ accepted: [], rejected: [], rounds: 0, unverified: null },
  usage: { inputTokens: 0, outputTokens: 0 },
  error: new QuestionWriterError(
    "GENERATION_ABANDONED",
    `The generation was begun ${MAX_ATTEMPTS} times, and each time its process ended before it. Generate the questions again.`,
    { retriable: true },
  ),
});

/** Accepted questions of other sets of the workspace about the same topic, newest first. */
async function readKnown(
  db: PrismaClient,
  { workspaceId, topic, language }: QuestionSet,
): Promise<{ question: string; answer: string | null }[]> {
  const rows = await db.question.findMany({
    where: {
      status: "ACCEPTED",
      set: { workspaceId, language, topic: { equals: topic, mode: "insensitive" } },
    },
    orderBy: { createdAt: "desc" },
    take: MAX_KNOWN,
    select: { question: true, options: true, answerIndex: true },
  });
  return rows.map(({ question, options, answerIndex }) => ({
    question,
    answer: options[answerIndex ?? -1] ?? null,
  }));
}

/** Writes the questions and the end of a set in one transaction, unless another process has taken it over. */
async function endSet(
  { db, writer, clock, log }: GeneratorDeps,
  { id, workspaceId, attempts }: QuestionSet,
  { accepted, rejected, rounds, usage, error, unverified }: WrittenSet,
): Promise<void> {
  const status = accepted.length > 0 ? "READY" : "FAILED";
  const issues =
    status === "READY"
      ? [
          ...(error === null ? [] : [issueOf(error)]),
          ...(unverified === null ? [] : [issueOf(notVerified(accepted, unverified))]),
        ]
      : [];
  const isEnded = await db.$transaction(async (tx) => {
    const { count } = await tx.questionSet.updateMany({
      where: { id, status: "GENERATING", attempts },
      data: {
        status,
        error: status === "FAILED" && error !== null ? errorColumn(setError(error)) : Prisma.DbNull,
        issues,
        ...{ rounds, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
        costUsd: writer.costOf(usage),
        ...{ generator: writer.name, model: writer.model, leaseUntil: null, endedAt: clock() },
      },
    });
    if (count === 0) return false;
    await insertQuestions(tx, id, [
      ...accepted.map((question) => acceptedRow(question)),
      ...rejected.map(({ draft, problem }) => rejectedRow(draft, problem)),
    ]);
    const type = status === "READY" ? "questions.ready" : "questions.failed";
    await recordWorkspaceEvent(tx, workspaceId, {
      type,
      data: { questionSetId: encodeGlobalId("QuestionSet", id) },
    });
    return true;
  }, storeTransaction);
  if (!isEnded) return;
  const counts = { accepted: accepted.length, rejected: rejected.length, rounds };
  log.info({ questionSetId: id, status, ...counts, ...usage, code: error?.code }, "questions.generated");
}

const issueOf = ({ code, message }: QuestionWriterError) => ({ line: null, column: null, code, message });

function notVerified(
  accepted: WrittenSet["accepted"],
  { message }: QuestionWriterError,
): QuestionWriterError {
  const count = accepted.filter(({ isVerified }) => !isVerified).length;
  return new QuestionWriterError(
    "NOT_VERIFIED",
    `${count} of ${accepted.length} questions were not verified: ${message} Review them, or generate the questions again.`,
    { retriable: true },
  );
}
