import type { Question, QuestionSet } from "../../prisma/generated/client.ts";
import { NotFoundError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

export const questionNotFound = (): NotFoundError =>
  new NotFoundError(
    "QUESTION_NOT_FOUND",
    "There is no such question in this workspace. `QuestionSet.questions` lists those that exist.",
  );

export const setNotFound = (): NotFoundError =>
  new NotFoundError(
    "QUESTION_SET_NOT_FOUND",
    "There is no such question set in this workspace. `questionSets` lists those that exist.",
  );

/**
 * A question of the workspace with its set. Throws `NotFoundError` (`QUESTION_NOT_FOUND`).
 *
 * Locks the set's row: of two changes of questions of a set the second is compared with the first.
 */
export async function lockQuestion(
  tx: Tx,
  { workspaceId, questionId }: { workspaceId: string; questionId: string },
): Promise<Question & { set: QuestionSet }> {
  await tx.$queryRaw`
    SELECT s.id FROM question_sets s JOIN questions q ON q.set_id = s.id
    WHERE q.id = ${questionId}::uuid AND s.workspace_id = ${workspaceId}::uuid FOR UPDATE OF s`;
  const question = await tx.question.findFirst({
    where: { id: questionId, set: { workspaceId } },
    include: { set: true },
  });
  if (question === null) throw questionNotFound();
  return question;
}
