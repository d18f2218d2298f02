import type { Attribution } from "./question.ts";

const PARTS = /^(.*?)(?: \(([^()]*)\))?(?: (https?:\/\/\S+))?$/;

/** One line, such as `Open Trivia Database (CC BY-SA 4.0) https://opentdb.com`. Pure. */
export const formatAttribution = ({ source, licence, url }: Attribution): string =>
  [source, licence && `(${licence})`, url].filter(Boolean).join(" ");

/** Null for an empty text. Pure. */
export function parseAttribution(text: string): Attribution | null {
  const [, source, licence, url] = PARTS.exec(text.trim().slice(0, 500)) ?? [];
  return source ? { source, licence: licence || null, url: url ?? null } : null;
}
