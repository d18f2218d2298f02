import { isAllowedByName, mayBeAllowed, mayUsePort, portRefusal } from "@reelay/egress";
import { InvalidInputError } from "../errors/index.ts";

/**
 * Checks a receiver's URL without a name lookup; every attempt checks the addresses that its host resolves
 * to. Only `https:`, except for allowed private hosts. Throws `InvalidInputError` (`WEBHOOK_URL_REFUSED`).
 */
export function checkWebhookUrl(text: string, allowPrivate: readonly string[]): string {
  const refuse = (reason: string): InvalidInputError =>
    new InvalidInputError(
      "WEBHOOK_URL_REFUSED",
      "url",
      `url: ${JSON.stringify(text.slice(0, 200).toWellFormed())} ${reason}`,
    );
  if (text.length > 2_048) throw refuse(`has ${text.length} characters; the limit is 2048.`);
  const url = URL.parse(text);
  if (url === null) throw refuse("is not an absolute URL; use one such as https://example.com/webhooks.");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refuse(`has the scheme ${url.protocol}; webhooks require https:.`);
  }
  if (url.username || url.password) {
    throw refuse("contains credentials; leave them out: signatures identify the sender.");
  }
  if (!mayBeAllowed(url, allowPrivate)) {
    throw refuse(
      "is not on the public internet; use a public address, or allow it with WEBHOOK_ALLOW_PRIVATE.",
    );
  }
  if (url.protocol === "http:" && !isAllowedByName(url, allowPrivate)) {
    throw refuse("is not encrypted; use https:, or allow its host with WEBHOOK_ALLOW_PRIVATE.");
  }
  if (!mayUsePort(url, allowPrivate)) {
    throw refuse(`${portRefusal(url)}; use one of these, or allow its host with WEBHOOK_ALLOW_PRIVATE.`);
  }
  url.hash = "";
  return url.href;
}
