/**
 * Rules for outgoing requests to addresses chosen by others: the public internet, plus what an operator
 * allows.
 */
export { checkedLookup, resolveChecked } from "./checked-lookup.ts";
export { isAllowed, isPublicAddress } from "./is-public-address.ts";
export { isAllowedByName, mayBeAllowed } from "./may-be-allowed.ts";
export { checkTarget, mayUsePort, portRefusal } from "./ports.ts";
export { RefusedTargetError } from "./refused-target.ts";
