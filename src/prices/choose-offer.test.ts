import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, chooseOffer } from "./choose-offer.ts";
import { policies } from "./offers.ts";

const range = fc
  .tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000))
  .map(([low, more, most]) => ({ low, likely: low + more, high: low + more + most }));
const refusal = fc.option(
  fc.constant({ code: "NO_WORKER" as const, reason: "No worker of this offer is online." }),
  { nil: null, freq: 3 },
);
const candidates = fc
  .array(fc.record({ costMicros: range, doneSeconds: range, refusal }), { maxLength: 6 })
  .map((list): Candidate[] => list.map((each, index) => ({ ...each, name: `offer-${index}` })));
const choosing = fc.record({ policy: fc.constantFrom(...policies), deadlineSeconds: fc.nat(3_000) });

test("the choice keeps its policy, names every other offer once with a reason, and never takes one that refuses", () => {
  fc.assert(
    fc.property(candidates, choosing, (all, how) => {
      const { chosen, because, passedOver } = chooseOffer(all, how);
      const able = all.filter((each) => each.refusal === null);
      expect(passedOver.map(({ name }) => name)).toEqual(
        all.map(({ name }) => name).filter((name) => name !== chosen),
      );
      for (const { reason } of passedOver) expect(reason).toMatch(/\.$/);
      expect(because).toMatch(/\.$/);
      const taken = able.find(({ name }) => name === chosen);
      expect(taken === undefined).toBe(able.length === 0);
      if (taken === undefined) return;
      const inTime = able.filter(({ doneSeconds }) => doneSeconds.high <= how.deadlineSeconds);
      const cheapest = Math.min(...able.map(({ costMicros }) => costMicros.likely));
      const fastest = Math.min(...able.map(({ doneSeconds }) => doneSeconds.likely));
      if (how.policy === "CHEAPEST") expect(taken.costMicros.likely).toBe(cheapest);
      if (how.policy === "FASTEST") expect(taken.doneSeconds.likely).toBe(fastest);
      if (how.policy === "FIXED") expect(taken).toBe(able[0]);
      if (how.policy !== "DEADLINE") return;
      if (inTime.length === 0) expect(taken.doneSeconds.likely).toBe(fastest);
      else {
        expect(inTime).toContain(taken);
        expect(taken.costMicros.likely).toBe(Math.min(...inTime.map((each) => each.costMicros.likely)));
      }
    }),
  );
});

test("a dearer offer that is no better never changes the choice", () => {
  fc.assert(
    fc.property(candidates, choosing, (all, how) => {
      const { chosen } = chooseOffer(all, how);
      const taken = all.find(({ name }) => name === chosen);
      fc.pre(taken !== undefined);
      const worse: Candidate = {
        ...{ name: "worse", refusal: null },
        costMicros: mapRange(taken.costMicros),
        doneSeconds: mapRange(taken.doneSeconds),
      };
      expect(chooseOffer([...all, worse], how).chosen).toBe(chosen);
    }),
  );
});

const mapRange = ({ low, likely, high }: Candidate["costMicros"]) => ({
  low: low + 1,
  likely: likely + 1,
  high: high + 1,
});

test("reasons have the figures that decided", () => {
  const at = (name: string, micros: number, seconds: number): Candidate => ({
    ...{ name, refusal: null },
    costMicros: { low: micros, likely: micros, high: micros },
    doneSeconds: { low: seconds, likely: seconds, high: seconds * 2 },
  });
  const offers = [at("studio", 1_200, 600), at("burst", 250_000, 60), at("spot", 90_000, 90)];
  expect(chooseOffer(offers, { policy: "DEADLINE", deadlineSeconds: 300 })).toEqual({
    chosen: "spot",
    because: "spot is the cheapest that meets the deadline of 300 s: about $0.0900, done in about 90 s.",
    passedOver: [
      { name: "studio", code: "TOO_LATE", reason: "May take until 1200 s from now." },
      { name: "burst", code: "DEARER", reason: "Costs about $0.25, spot $0.0900." },
    ],
  });
});
