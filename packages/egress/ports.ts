import ipaddr from "ipaddr.js";
import { RefusedTargetError, resolveChecked } from "./checked-lookup.ts";
import { isAllowed, isPublicAddress } from "./is-public-address.ts";

/**
 * Ports of web servers. Other ports belong to services (mail, SSH, databases) that a stranger must not make
 * this machine talk to.
 */
const webPorts = ["80", "443", "8080", "8443"];

const isWebPort = ({ port }: URL): boolean => port === "" || webPorts.includes(port);

/** The reason for refusing any other port. */
export const portRefusal = ({ port }: URL): string =>
  `has the port ${port}; the allowed ports are ${webPorts.slice(0, -1).join(", ")} and ${webPorts.at(-1)}`;

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

/** The host of a URL as name servers and sockets expect it: IPv6 without brackets. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");

/**
 * A check without a name lookup: false for private addresses and loopback names that are not allowed. The
 * connection still checks every address that a name resolves to.
 */
export function mayBeAllowed(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  if (isAllowedByName(url, allowed)) return true;
  return ipaddr.isValid(host) ? isPublicAddress(host) : !/(^|\.)localhost\.?$/i.test(host);
}

/** True if the list contains the host itself, or a range that contains its literal address. */
export function isAllowedByName(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  if (ipaddr.isValid(host)) return isAllowed(allowed, host, host);
  return allowed.some((entry) => entry.toLowerCase() === host.toLowerCase());
}
