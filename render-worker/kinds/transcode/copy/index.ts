/** Offers a source as it is, by copying its packets into segments. */
export { copyDuringEncode } from "./copy-during-encode.ts";
export { judgeSource } from "./judge-source.ts";
export type { Judgement } from "./plan-instant.ts";
export { remuxAndPublish } from "./remux-and-publish.ts";
export { planRemuxWork, type RemuxWork } from "./remux-work.ts";
export { planSourceVariant } from "./source-variant.ts";
