import { expect, test } from "vitest";
import { activeJobStatuses, jobStatuses } from "./states.ts";
import {
  isTerminal,
  jobTransitions,
  statusesBefore,
  variantRetries,
  variantTransitions,
} from "./transitions.ts";

test("statusesBefore returns the statuses with a transition to the given one", () => {
  expect(statusesBefore("SUCCEEDED", jobTransitions)).toEqual(["RUNNING"]);
});

test("a retry allows further statuses from which a variant is rendered again", () => {
  expect(statusesBefore("PENDING", variantTransitions)).toEqual(["RENDERING"]);
  expect(statusesBefore("PENDING", variantTransitions, variantRetries)).toEqual([
    "RENDERING",
    "FAILED",
    "CANCELED",
  ]);
});

test("a job is either active or terminal", () => {
  expect(jobStatuses.filter((status) => !isTerminal(status))).toEqual(activeJobStatuses);
});
