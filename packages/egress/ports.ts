import ipaddr from "ipaddr.js";
import { resolveChecked } from "./checked-lookup.ts";
import { isAllowed } from "./is-public-address.ts";
import { hostOf, isAllowedByName } from "./may-be-allowed.ts";
import { RefusedTargetError } from "./refused-target.ts";

/**
 * Ports of web servers. Other ports belong to services (mail, SSH, databases) that a stranger must not make
 * this machine talk to.
 */
const WEB_PORTS = ["80", "443", "8080", "8443"];

const isWebPort = ({ port }: URL): boolean => port === "" || WEB_PORTS.includes(port);

/** The reason for refusing any other port. */
export const portRefusal = ({ port }: URL): string =>
  `has the port ${port}; the allowed ports are ${WEB_PORTS.slice(0, -1).join(", ")} and ${WEB_PORTS.at(-1)}`;

/**
 * True if the port may be used, as far as that is known without a lookup: a name may resolve to an allowed
 * address.
 */
export const mayUsePort = (url: URL, allowed: readonly string[]): boolean =>
  isWebPort(url) ||
  isAllowedByName(url, allowed) ||
  (!ipaddr.isValid(hostOf(url)) &&
    allowed.some((entry) => ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry)));

/**
 * Throws `RefusedTargetError` unless every address of the URL's host is public or allowed and the port is a
 * web port. Hosts and addresses that an operator allowed may use any port.
 */
export async function checkTarget(url: URL, allowed: readonly string[]): Promise<void> {
  const host = hostOf(url);
  const addresses = await resolveChecked(host, allowed);
  if (isWebPort(url) || addresses.every(({ address }) => isAllowed(allowed, host, address))) return;
  throw new RefusedTargetError("REFUSED_PORT", `${url.host} ${portRefusal(url)}`, "Use one of these ports");
}
