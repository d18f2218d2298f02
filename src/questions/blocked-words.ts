import { tidyText } from "@reelay/questions";
import { requireScope, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import type { Db } from "../database/index.ts";
import { InvalidInputError } from "../errors/index.ts";

const MAX_WORDS = 500;
const MAX_LENGTH = 60;

/**
 * Replaces the words and phrases that no question of the workspace may contain. Existing questions stay.
 *
 * Throws `ForbiddenError` without ADMIN, and `InvalidInputError` (`BLOCKED_WORDS_INVALID`).
 */
export async function setBlockedWords(
  { db }: Pick<OperationDeps, "db">,
  viewer: Viewer,
  words: readonly string[],
): Promise<void> {
  requireScope(viewer, "ADMIN");
  const blockedWords = checkWords(words);
  await db.workspace.update({ where: { id: viewer.workspaceId }, data: { blockedWords } });
}

/** The words that no question of the workspace may contain. */
export async function readBlockedWords(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<readonly string[]> {
  const { blockedWords } = await db.workspace.findUniqueOrThrow({
    where: { id: workspaceId },
    select: { blockedWords: true },
  });
  return blockedWords;
}

function checkWords(words: readonly string[]): string[] {
  const tidied = [...new Set(words.map(tidyText))];
  const bad = tidied.find(
    (word) =>
      Array.from(word).length > MAX_LENGTH || !/[\p{L}\p{N}]/u.test(word) || /\p{Cc}|\p{Cs}/u.test(word),
  );
  if (tidied.length <= MAX_WORDS && bad === undefined) return tidied;
  throw new InvalidInputError(
    "BLOCKED_WORDS_INVALID",
    "blockedWords",
    bad === undefined
      ? `blockedWords: has ${tidied.length} words and may have ${MAX_WORDS}.`
      : `blockedWords: ${JSON.stringify(bad.slice(0, MAX_LENGTH).toWellFormed())} is no word or phrase of at most ${MAX_LENGTH} characters. Use letters or digits.`,
  );
}
