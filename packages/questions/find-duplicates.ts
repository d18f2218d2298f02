import { comparable, wordsOf } from "./comparable.ts";
import type { QuestionProblem } from "./question.ts";

/** Part of their word pairs that two questions may share at most. */
const MAX_SIMILARITY = 0.6;

/** A question that others are compared with. Without an answer, its text alone decides. */
export interface KnownQuestion {
  question: string;
  answer: string | null;
}

interface Entry {
  question: string;
  text: string;
  answer: string | null;
  shingles: ReadonlySet<string>;
}

/** Finds questions that were asked before. */
export interface DuplicateFinder {
  /** Why the question is none of its own; null if it is. */
  find(question: KnownQuestion): QuestionProblem | null;
  /** Compares later questions with this one, too. */
  add(question: KnownQuestion): void;
}

/**
 * Compares questions by their text without case, articles and punctuation, then by their pairs of
 * neighbouring words (Jaccard index of at least 0.6). Similar questions with different answers ask for
 * different things ("What is the capital of France?" and "… of Spain?"), so they are no duplicates.
 *
 * Codes: `DUPLICATE`, `SIMILAR`.
 */
export function createDuplicateFinder(
  language: string,
  known: readonly KnownQuestion[] = [],
): DuplicateFinder {
  const byText = new Map<string, Entry[]>();
  const byShingle = new Map<string, Set<Entry>>();
  const toEntry = ({ question, answer }: KnownQuestion): Entry => {
    const words = wordsOf(question, language);
    return {
      question,
      text: words.join(" "),
      answer: answer === null ? null : comparable(answer, language),
      shingles: new Set(pairsOf(words)),
    };
  };
  const add = (question: KnownQuestion): void => {
    const entry = toEntry(question);
    byText.set(entry.text, [...(byText.get(entry.text) ?? []), entry]);
    for (const shingle of entry.shingles) {
      const entries = byShingle.get(shingle) ?? new Set();
      byShingle.set(shingle, entries.add(entry));
    }
  };
  for (const one of known) add(one);
  return {
    add,
    find(question) {
      const entry = toEntry(question);
      const [equal] = byText.get(entry.text) ?? [];
      if (equal) return { code: "DUPLICATE", message: `The question was asked before: ${quoted(equal)}.` };
      const similar = nearestOf(entry, byShingle);
      if (!similar) return null;
      return {
        code: "SIMILAR",
        message: `The question was asked before in similar words: ${quoted(similar)}.`,
      };
    },
  };
}

function nearestOf(entry: Entry, byShingle: ReadonlyMap<string, ReadonlySet<Entry>>): Entry | undefined {
  const shared = new Map<Entry, number>();
  for (const shingle of entry.shingles)
    for (const other of byShingle.get(shingle) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1);
  for (const [other, count] of shared) {
    const similarity = count / (entry.shingles.size + other.shingles.size - count);
    const isOtherAnswer = entry.answer !== null && other.answer !== null && entry.answer !== other.answer;
    if (similarity >= MAX_SIMILARITY && !isOtherAnswer) return other;
  }
  return undefined;
}

/** Pairs of neighbouring words; for scripts without spaces, of characters. */
function pairsOf(words: readonly string[]): string[] {
  const parts = words.length > 2 ? words : Array.from(words.join(" "));
  return parts.slice(1).map((part, at) => `${parts[at]} ${part}`);
}

const quoted = ({ question }: Entry): string => JSON.stringify(question.slice(0, 120).toWellFormed());
