/** Where requests to addresses that others chose may go: to the public internet, and to what an operator allows besides. */
export { checkedLookup, resolveChecked } from "./checked-lookup.ts";
export { isAllowed, isPublicAddress } from "./is-public-address.ts";
export { isAllowedByName, mayBeAllowed } from "./may-be-allowed.ts";
export { checkTarget, mayUsePort, portRefusal } from "./ports.ts";
export { RefusedTargetError } from "./refused-target.ts";
