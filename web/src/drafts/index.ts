/** What a user has written and not sent yet, kept by the browser. */

export type { BaseDraft } from "./drafts.ts";
export { useDraft } from "./use-draft.ts";
