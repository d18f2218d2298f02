import type { Environment } from "./settings.ts";

const loopback = ["localhost", "127.0.0.1", "::1"];

/**
 * Where webhooks may go besides the public internet when nobody says it: to this machine, if nobody else reaches the system. Whoever holds a key
 * then runs programs here anyway, and webhooks send signed JSON to endpoints that an ADMIN key made, and follow no redirect. Sources by URL are
 * not let in like that: an address of the internet could lead them here. Undefined: no more than the environment says. Pure.
 */
export function planWebhookAllowance(environment: Environment, host: string): string | undefined {
  const { WEBHOOK_ALLOW_PRIVATE, FETCH_ALLOW_PRIVATE, PUBLIC_URL, NODE_ENV } = environment;
  if (WEBHOOK_ALLOW_PRIVATE || PUBLIC_URL || NODE_ENV === "production" || !loopback.includes(host))
    return undefined;
  return [...(FETCH_ALLOW_PRIVATE ? [FETCH_ALLOW_PRIVATE] : []), ...loopback].join(",");
}
