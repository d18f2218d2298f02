import { tidyText } from "@reelay/questions";
import { InvalidInputError } from "../errors/index.ts";
import { MAX_TOPIC_LENGTH } from "./limits.ts";

const MAX_TAG_LENGTH = 35;

/** The topic tidied. Throws `InvalidInputError` (`TOPIC_INVALID`). */
export function checkTopic(text: string): string {
  const topic = tidyText(text);
  const { length } = topic;
  const isText = !/\p{Cc}/u.test(topic) && topic.isWellFormed();
  if (length >= 1 && length <= MAX_TOPIC_LENGTH && isText) return topic;
  throw new InvalidInputError(
    "TOPIC_INVALID",
    "topic",
    isText
      ? `topic: has ${length} characters; describe the topic in 1 to ${MAX_TOPIC_LENGTH}.`
      : "topic: has control characters. Remove them.",
  );
}

/** The canonical BCP 47 tag. Throws `InvalidInputError` (`LANGUAGE_INVALID`). */
export function checkLanguage(tag: string): string {
  try {
    const [canonical] = tag.length <= MAX_TAG_LENGTH ? Intl.getCanonicalLocales(tag) : [];
    if (canonical !== undefined) return canonical;
  } catch {
    // Reported below, with the tag.
  }
  throw new InvalidInputError(
    "LANGUAGE_INVALID",
    "language",
    `language: ${JSON.stringify(tag.slice(0, MAX_TAG_LENGTH).toWellFormed())} is no language tag; use BCP 47, such as "en" or "pt-BR".`,
  );
}
