import { isAllowedByName, mayBeAllowed, mayUsePort, portRefusal } from "@reelay/egress";
import { InvalidInputError } from "../errors.ts";

/**
 * What can be said of a receiver's address without asking anybody; every attempt checks the addresses that its host resolves to. `https:` alone, but
 * for hosts that are allowed although they are private. Throws `InvalidInputError` (`WEBHOOK_URL_REFUSED`).
 */
export function checkWebhookUrl(text: string, allowPrivate: readonly string[]): string {
  const refuse = (reason: string): InvalidInputError =>
    new InvalidInputError(
      "WEBHOOK_URL_REFUSED",
      "url",
      `url: ${JSON.stringify(text.slice(0, 200).toWellFormed())} ${reason}`,
    );
  if (text.length > 2_048) throw refuse(`has ${text.length} characters; at most 2048 are taken.`);
  const url = URL.parse(text);
  if (url === null) throw refuse("is no absolute URL; give one such as https://example.com/webhooks.");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refuse(`has the scheme ${url.protocol}; messages are sent by https: only.`);
  }
  if (url.username || url.password) {
    throw refuse("carries credentials; leave them out: signatures say who sends.");
  }
  if (!mayBeAllowed(url, allowPrivate)) {
    throw refuse(
      "is not on the public internet; use a public address, or have it allowed by WEBHOOK_ALLOW_PRIVATE.",
    );
  }
  if (url.protocol === "http:" && !isAllowedByName(url, allowPrivate)) {
    throw refuse("is not encrypted; use https:, or have its host allowed by WEBHOOK_ALLOW_PRIVATE.");
  }
  if (!mayUsePort(url, allowPrivate)) {
    throw refuse(`${portRefusal(url)}; use one of these, or have its host allowed by WEBHOOK_ALLOW_PRIVATE.`);
  }
  url.hash = "";
  return url.href;
}
