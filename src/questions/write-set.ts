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
  accepted: Question[];
  rejected: RejectedDraft[];
  rounds: number;
  usage: Usage;
  /** Why there are fewer questions than wanted; null: there are enough. */
  error: QuestionWriterError | null;
}

/**
 * Has questions written, checks them, and asks again for what was rejected, three times at most. The right
 * answers are spread by the seed. Ends early at errors that asking again does not mend, and when `signal`
 * aborts.
 */
export async function writeSet(
  writer: QuestionWriter,
  { known, ...request }: SetPlan,
  signal: AbortSignal,
): Promise<WrittenSet> {
  const { count, language, avoid } = request;
  const accepted: Question[] = [];
  const rejected: RejectedDraft[] = [];
  const usage: Usage = { inputTokens: 0, outputTokens: 0 };
  let error: QuestionWriterError | null = null;
  let rounds = 0;
  while (accepted.length < count && rounds < MAX_ROUNDS && !signal.aborted) {
    rounds += 1;
    const texts = [...known, ...accepted, ...rejected.map(({ draft }) => draft)].map(
      ({ question }) => question,
    );
    const missing = Math.ceil((count - accepted.length) * SURPLUS);
    const written = await writer.write({ ...request, count: missing, avoid: [...avoid, ...texts] }, signal);
    usage.inputTokens += written.usage.inputTokens;
    usage.outputTokens += written.usage.outputTokens;
    error = written.error;
    const drafts = written.drafts.map((draft) => ({ line: null, draft, problem: null }));
    const unwanted = [
      ...avoid.map((question) => ({ question, answer: null })),
      ...known,
      ...accepted.map((one) => ({ question: one.question, answer: one.options[one.answerIndex] ?? null })),
    ];
    for (const { draft, question, problems } of reviewDrafts(drafts, { language, known: unwanted })) {
      if (question === null) rejected.push({ draft, problem: problems[0] });
      else if (accepted.length < count) accepted.push(question);
    }
    if (error?.retriable === false) break;
  }
  const isShort = accepted.length < count;
  return {
    accepted: shuffleAnswers(accepted, request.seed),
    rejected: rejected.slice(0, MAX_REJECTED),
    ...{ rounds, usage },
    error: isShort ? (error ?? tooFew(accepted.length, count)) : null,
  };
}

const tooFew = (accepted: number, count: number): QuestionWriterError =>
  new QuestionWriterError(
    "TOO_FEW_ACCEPTED",
    `${accepted} of ${count} questions passed the checks after ${MAX_ROUNDS} rounds. The rejected ones have the reasons. Describe the topic more widely, or ask for fewer questions.`,
    { retriable: true },
  );
