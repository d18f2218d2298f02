import type { VideoMovingFragment } from "../api/index.ts";
import { kindWord } from "./words.ts";

type Step = NonNullable<VideoMovingFragment["step"]>;

/** `Animation 4 of 10: Create(Circle)`. A script may play more than were counted. Pure. */
export function describeStep({
  kind,
  index,
  count,
  name,
}: Pick<Step, "kind" | "index" | "count" | "name">): string {
  const number = index + 1;
  return `${kindWord(kind)} ${number}${count !== null && number <= count ? ` of ${count}` : ""}: ${name}`;
}
