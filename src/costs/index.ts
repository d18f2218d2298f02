/** What work cost: attempts are charged at their end, and workspaces add up. */
export { type Budgets, explainBudgets, noBudgets, reserveBudgets } from "./budgets.ts";
export { chargeAttempt } from "./charge-attempt.ts";
export { readOfferOf } from "./rate-of.ts";
export { recordLaunchesReached } from "./reached-budgets.ts";
export { type Cost, readCosts } from "./read-costs.ts";
export { setBudgets } from "./set-budgets.ts";
export { foldSpend, readSpend, type Spend } from "./spend.ts";
export { createCostUpkeep } from "./upkeep.ts";
