import { objectKeys } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";

/** Files of a template without a row. What cannot be removed now is an orphan, which is removed later. */
export async function removeFiles(
  { store, log }: Pick<OperationDeps, "store" | "log">,
  templateId: string,
): Promise<void> {
  await store
    .deletePrefix(objectKeys.template(templateId))
    .catch((error: unknown) => log.warn({ err: error, templateId }, "template.files-not-removed"));
}
