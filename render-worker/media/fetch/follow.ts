import { checkTarget } from "@reelay/egress";
import { type Dispatcher, request } from "undici";
import { refused } from "./explain-failure.ts";
import type { FetchPolicy } from "./fetch-policy.ts";

const maxRedirects = 5;

/**
 * Asks for a URL: http and https only. Redirects are followed by hand, because each target is a new address that somebody else chose: every host on
 * the way must resolve to public addresses, and is connected to at exactly the address that was checked (the dispatcher's lookup).
 */
export async function follow(
  from: string,
  policy: FetchPolicy,
  options: { dispatcher: Dispatcher; signal: AbortSignal; headers: Record<string, string> },
): Promise<Dispatcher.ResponseData> {
  let url = parseUrl(from);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    // Ports and literal addresses never reach the connection's lookup: checked here.
    await checkTarget(url, policy.allowPrivate);
    const response = await request(url, options);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== "string")
      return response;
    await response.body.dump();
    url = parseUrl(location, url);
  }
  throw refused(`it redirects more than ${maxRedirects} times; give the address that it ends at`);
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (!url)
    throw refused(
      `${base ? "it redirects to what" : "it"} is not a valid URL; give one that begins with https://`,
    );
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refused(`its scheme is "${url.protocol}"; only http and https are fetched`);
  }
  if (url.username || url.password) {
    throw refused("it contains a user name or password; give one that needs none, e.g. a signed URL");
  }
  return url;
}
