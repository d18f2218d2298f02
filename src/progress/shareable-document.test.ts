import { parse } from "graphql";
import { expect, test } from "vitest";
import { planSharedDocument } from "./shareable-document.ts";

const plan = (text: string, operationName?: string) => planSharedDocument(parse(text), operationName);

test("layout and the viewer's cursor make no difference between documents", () => {
  const compact = plan(
    "subscription W($id: ID!, $after: String) { videoProgress(id: $id, after: $after) { id status } }",
  );
  const spread = plan(`subscription W($id: ID!) {
    videoProgress(id: $id) { id, status } # as always
  }`);
  const literal = plan('subscription W($id: ID!) { videoProgress(id: $id, after: "abc") { id status } }');
  expect(compact?.text).toMatchInlineSnapshot(`
    "subscription W($id: ID!) {
      videoProgress(id: $id) {
        id
        status
        reelay_position: cursor
      }
    }"
  `);
  expect([spread?.text, literal?.text]).toEqual([compact?.text, compact?.text]);
  expect(compact?.afterOf({ id: "1", after: "xyz" })).toBe("xyz");
  expect(compact?.withoutAfter({ id: "1", after: "xyz", undeclared: {} })).toEqual({ id: "1" });
  expect(literal?.afterOf({})).toBe("abc");
});

test("an alias names the video in the result, and fragments inside it are kept", () => {
  const shared = plan(
    "subscription { mine: videoProgress(id: 1) { ...F } } fragment F on Video { id variants { id } }",
  );
  expect(shared?.responseKey).toBe("mine");
  expect(shared?.text).toContain("fragment F on Video");
});

test("the default of the cursor variable applies if the viewer sends no value", () => {
  const shared = plan('subscription ($a: String = "abc") { videoProgress(id: 1, after: $a) { id } }');
  expect([shared?.afterOf({}), shared?.afterOf({ a: "own" })]).toEqual(["abc", "own"]);
});

test.each([
  ["another field", "subscription { other { id } }"],
  ["a query", "{ videoProgress(id: 1) { id } }"],
  [
    "a fragment at the root",
    "subscription { ...F } fragment F on Subscription { videoProgress(id: 1) { id } }",
  ],
  ["a condition at the root", "subscription ($s: Boolean!) { videoProgress(id: 1) @skip(if: $s) { id } }"],
  [
    "a cursor variable used twice",
    "subscription ($a: String) { videoProgress(id: 1, after: $a) { id thing(x: $a) } }",
  ],
  ["a reserved alias", "subscription { videoProgress(id: 1) { reelay_position: id } }"],
])("%s is executed per viewer", (_name, text) => {
  expect(plan(text)).toBeNull();
});

test("the named operation is used if there are several", () => {
  const text = "subscription A { videoProgress(id: 1) { id } } subscription B { other { id } }";
  expect([plan(text, "A")?.responseKey, plan(text, "B")]).toEqual(["videoProgress", null]);
});
