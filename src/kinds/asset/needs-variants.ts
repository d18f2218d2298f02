import type { Source } from "../../../prisma/generated/client.ts";
import { isMedia } from "../../database/index.ts";

/**
 * Whether an asset of this kind is made of finished variants, and so waits for them. A source that is not a
 * media file leaves nothing else to make it from.
 */
export const needsVariants = (
  { needsVariants: always = true }: { needsVariants?: boolean },
  source: Pick<Source, "kind"> | null,
): boolean => always || (source !== null && !isMedia(source.kind));
