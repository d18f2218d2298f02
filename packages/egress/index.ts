/**
 * Rules for outgoing requests to addresses chosen by others: the public internet, plus what an operator
 * allows.
 */
export { checkedLookup, RefusedTargetError, resolveChecked } from "./checked-lookup.ts";
export { isAllowed, isPublicAddress } from "./is-public-address.ts";
export { checkTarget, isAllowedByName, mayBeAllowed, mayUsePort, portRefusal } from "./ports.ts";
