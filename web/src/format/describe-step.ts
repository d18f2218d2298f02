import type { VideoMovingFragment } from "../api/index.ts";

type Step = NonNullable<VideoMovingFragment["step"]>;

/** `Animation 4 of 10: Create(Circle)`. A script may play more than were counted. Pure. */
export function describeStep({ index, count, name }: Pick<Step, "index" | "count" | "name">): string {
  const number = index + 1;
  return `Animation ${number}${count !== null && number <= count ? ` of ${count}` : ""}: ${name}`;
}
