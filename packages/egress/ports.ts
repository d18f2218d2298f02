import ipaddr from "ipaddr.js";
import { resolveChecked } from "./checked-lookup.ts";
import { isAllowed } from "./is-public-address.ts";
import { hostOf, isAllowedByName } from "./may-be-allowed.ts";
import { RefusedTargetError } from "./refused-target.ts";

/** Ports that web servers use. All others belong to services (mail, SSH, databases) that a stranger must not make this machine talk to. */
const webPorts = ["80", "443", "8080", "8443"];

const isWebPort = ({ port }: URL): boolean => port === "" || webPorts.includes(port);

/** The text for a URL that has another port. */
export const portRefusal = ({ port }: URL): string =>
  `has the port ${port}; requests go to ${webPorts.slice(0, -1).join(", ")} and ${webPorts.at(-1)} only`;

/** Whether the port may be used, as far as that is known without a look-up: a name may resolve to an address that is allowed. */
export const mayUsePort = (url: URL, allowed: readonly string[]): boolean =>
  isWebPort(url) ||
  isAllowedByName(url, allowed) ||
  (!ipaddr.isValid(hostOf(url)) &&
    allowed.some((entry) => ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry)));

/**
 * Throws `RefusedTargetError` unless every address of the URL's host is public or allowed, and its port is one of a web server. Hosts and addresses
 * that an operator allowed may have any port.
 */
export async function checkTarget(url: URL, allowed: readonly string[]): Promise<void> {
  const host = hostOf(url);
  const addresses = await resolveChecked(host, allowed);
  if (isWebPort(url) || addresses.every(({ address }) => isAllowed(allowed, host, address))) return;
  throw new RefusedTargetError("REFUSED_PORT", `${url.host} ${portRefusal(url)}`, "Use one of these ports");
}
