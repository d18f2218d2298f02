import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { setNotFound } from "./own-question.ts";

/**
 * Deletes a set with its questions; a generation of it ends without a result. Throws `NotFoundError`
 * (`QUESTION_SET_NOT_FOUND`).
 */
export async function deleteQuestionSet(
  { db }: Pick<OperationDeps, "db">,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  { questionSetId }: { questionSetId: string },
): Promise<void> {
  const { count } = await db.questionSet.deleteMany({ where: { id: questionSetId, workspaceId } });
  if (count === 0) throw setNotFound();
}
