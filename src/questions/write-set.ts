import {
  type Question,
  type QuestionDraft,
  type QuestionProblem,
  reviewDrafts,
  shuffleAnswers,
} from "@reelay/questions";
import {
  type QuestionWriter,
  QuestionWriterError,
  type Usage,
  type WriteRequest,
} from "./question-writer.ts";

const MAX_ROUNDS = 3;
/** Some questions fail the checks, so more are asked for. */
const SURPLUS = 1.3;
/** Of a question that was rejected: enough to see why. */
const MAX_REJECTED = 200;

interface SetPlan extends WriteRequest {
  /** Words that no question may contain. */
  blocked: readonly string[];
  /** Whether the writer answers each question a second time, without its options. */
  verify: boolean;
  /** Questions of the workspace about the topic that are not wanted again. */
  known: readonly { question: string; answer: string | null }[];
}

/** A rejected draft, with the first of its problems. */
interface RejectedDraft {
  draft: QuestionDraft;
  problem: QuestionProblem;
}

/** The questions of a set, and what they cost. */
export interface WrittenSet {
  accepted: WrittenQuestion[];
  rejected: RejectedDraft[];
  rounds: number;
  usage: Usage;
  /** Why there are fewer questions than wanted; null: there are enough. */
  error: QuestionWriterError | null;
  /** Why some questions are not verified although that was wanted; null: all are, or it was not. */
  unverified: QuestionWriterError | null;
}

/** A question, and whether the writer has answered it in the same way without its options. */
export type WrittenQuestion = Question & { isVerified: boolean };

/**
 * Has questions written, checks them, has them verified if that is wanted, and asks again for what was
 * rejected, three times at most. The right
 * answers are spread by the seed. Ends early at errors that asking again does not mend, and when `signal`
 * aborts.
 */
export async function writeSet(
  writer: QuestionWriter,
  { known, blocked, verify, ...request }: SetPlan,
  signal: AbortSignal,
): Promise<WrittenSet> {
  const { count, language, avoid } = request;
  const accepted: Question[] = [];
  const rejected: RejectedDraft[] = [];
  const usage: Usage = { inputTokens: 0, outputTokens: 0 };
  let error: QuestionWriterError | null = null;
  let unverified: QuestionWriterError | null = null;
  const verified = new Set<string>();
  let rounds = 0;
  while (accepted.length < count && rounds < MAX_ROUNDS && !signal.aborted) {
    rounds += 1;
    const texts = [...known, ...accepted, ...rejected.map(({ draft }) => draft)].map(
      ({ question }) => question,
    );
    const missing = Math.ceil((count - accepted.length) * SURPLUS);
    const written = await writer.write({ ...request, count: missing, avoid: [...avoid, ...texts] }, signal);
    addTo(usage, written.usage);
    error = written.error;
    const drafts = written.drafts.map((draft) => ({ line: null, draft, problem: null }));
    const unwanted = [
      ...avoid.map((question) => ({ question, answer: null })),
      ...known,
      ...accepted.map((one) => ({ question: one.question, answer: one.options[one.answerIndex] ?? null })),
    ];
    const passed: Question[] = [];
    for (const { draft, question, problems } of reviewDrafts(drafts, {
      language,
      known: unwanted,
      blocked,
    })) {
      if (question === null) rejected.push({ draft, problem: problems[0] });
      else passed.push(question);
    }
    const verification =
      verify && passed.length > 0 ? await writer.verify?.(passed, language, signal) : undefined;
    if (verification) {
      addTo(usage, verification.usage);
      unverified ??= verification.error;
    }
    for (const [index, question] of passed.entries()) {
      const dispute = verification?.disputes[index];
      if (typeof dispute === "string") rejected.push(disputed(question, dispute));
      else if (accepted.length < count) {
        accepted.push(question);
        if (dispute === null) verified.add(question.question);
      }
    }
    if (error?.retriable === false) break;
  }
  const isShort = accepted.length < count;
  return {
    accepted: shuffleAnswers(accepted, request.seed).map((question) =>
      Object.assign(question, { isVerified: verified.has(question.question) }),
    ),
    rejected: rejected.slice(0, MAX_REJECTED),
    ...{ rounds, usage },
    error: isShort ? (error ?? tooFew(accepted.length, count)) : null,
    unverified: accepted.every(({ question }) => verified.has(question)) ? null : unverified,
  };
}

function addTo(sum: Usage, { inputTokens, outputTokens }: Usage): void {
  sum.inputTokens += inputTokens;
  sum.outputTokens += outputTokens;
}

const MAX_SHOWN_ANSWER = 100;

/** A question that was answered in another way without its options. */
function disputed(question: Question, answer: string): RejectedDraft {
  const other = answer.slice(0, MAX_SHOWN_ANSWER).toWellFormed();
  const given =
    answer === "" ? "the model gave no certain answer" : `the model answered ${JSON.stringify(other)}`;
  const right = JSON.stringify(question.options[question.answerIndex] ?? "");
  return {
    draft: { ...question, rightOptions: [question.answerIndex] },
    problem: {
      code: "DISPUTED",
      message: `Without the options, ${given} instead of ${right}. Check the facts: correct the question, or accept it with \`acceptQuestion\`.`,
    },
  };
}

const tooFew = (accepted: number, count: number): QuestionWriterError =>
  new QuestionWriterError(
    "TOO_FEW_ACCEPTED",
    `${accepted} of ${count} questions passed the checks after ${MAX_ROUNDS} rounds. The rejected ones have the reasons. Describe the topic more widely, or ask for fewer questions.`,
    { retriable: true },
  );
