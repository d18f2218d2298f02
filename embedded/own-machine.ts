import type { Environment } from "./settings.ts";

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * The default for private webhook targets: this machine, if no other machine reaches the system. A key holder
 * then runs programs here anyway; webhooks send signed JSON to endpoints created with an ADMIN key and follow
 * no redirect. Sources by URL have no such default: a URL on the internet could redirect them here.
 * Undefined: no default applies. Pure.
 */
export function planWebhookAllowance(environment: Environment, host: string): string | undefined {
  const { WEBHOOK_ALLOW_PRIVATE, FETCH_ALLOW_PRIVATE, PUBLIC_URL, NODE_ENV } = environment;
  if (WEBHOOK_ALLOW_PRIVATE || PUBLIC_URL || NODE_ENV === "production" || !LOOPBACK.includes(host))
    return undefined;
  return [...(FETCH_ALLOW_PRIVATE ? [FETCH_ALLOW_PRIVATE] : []), ...LOOPBACK].join(",");
}
