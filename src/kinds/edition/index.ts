import type { KindOperations } from "../../jobs/index.ts";
import { applyEdition } from "./apply-edition.ts";
import { retryEdition } from "./retry-edition.ts";

/** Renders a video from a corrected source, while the published edition plays. */
export const edition: KindOperations = { apply: applyEdition, retry: retryEdition };
