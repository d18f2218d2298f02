import { GraphQLError } from "graphql";
import type { ExecutionResult } from "graphql-ws";
import { expect, test } from "vitest";
import { createLatestChannel, type LatestChannel } from "./latest-channel.ts";
import { createViewerGroup, type GroupMember } from "./viewer-group.ts";

/** A member that writes down what it is offered, and its end. */
function createMember() {
  const offered: string[] = [];
  const over = Promise.withResolvers<unknown>();
  const member: GroupMember = {
    offer: ({ json }) => void offered.push(json),
    end: (error) => over.resolve(error),
  };
  return { member, offered, ended: over.promise };
}

/** Executions under the test's control. */
function createExecutions() {
  const running: LatestChannel<ExecutionResult>[] = [];
  const stopped: number[] = [];
  return {
    running,
    stopped,
    execute: () => {
      const index = running.length;
      const results = createLatestChannel<ExecutionResult>(() => stopped.push(index));
      running.push(results);
      return Promise.resolve(results);
    },
  };
}

function createGroup() {
  let ends = 0;
  const group = createViewerGroup({
    serialise: (result) => ({ json: JSON.stringify(result), position: undefined }),
    onEnd: () => {
      ends += 1;
    },
  });
  return { group, ends: () => ends };
}

/** Lets all pending work that does not depend on the test proceed. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("the execution continues for the other members when the member that started it leaves", async () => {
  const { group } = createGroup();
  const executions = createExecutions();
  const [first, second] = [createMember(), createMember()];
  group.join(first.member, executions.execute);
  group.join(second.member, executions.execute);
  expect(await group.refusal).toBeUndefined();
  expect(executions.running).toHaveLength(1);

  group.leave(first.member);
  executions.running[0]?.end();
  await settle();
  executions.running[1]?.push({ data: { n: 2 } });
  await settle();
  expect([first.offered, second.offered]).toEqual([[], ['{"data":{"n":2}}']]);
});

test("an execution that completes ends every member and the group, once", async () => {
  const { group, ends } = createGroup();
  const executions = createExecutions();
  const members = [createMember(), createMember()];
  for (const { member } of members) group.join(member, executions.execute);
  await group.refusal;
  executions.running[0]?.end();
  expect(await Promise.all(members.map(({ ended }) => ended))).toEqual([undefined, undefined]);
  expect([executions.running.length, ends()]).toEqual([1, 1]);
});

test("the last member to leave stops the execution, even while it starts", async () => {
  for (const isStarted of [true, false]) {
    const { group, ends } = createGroup();
    const executions = createExecutions();
    const { member } = createMember();
    group.join(member, executions.execute);
    if (isStarted) await group.refusal;
    group.leave(member);
    await settle();
    expect([executions.stopped, ends()]).toEqual([[0], 1]);
  }
});

test("all members that wait for the execution receive its refusal", async () => {
  const { group, ends } = createGroup();
  const refusal = { errors: [new GraphQLError("no such video")] };
  group.join(createMember().member, () => Promise.resolve(refusal));
  expect(await group.refusal).toBe(refusal);
  await settle();
  expect(ends()).toBe(1);
});

test("an execution that throws reports the error to every member", async () => {
  const { group } = createGroup();
  const broken = new Error("database away");
  const { member, ended } = createMember();
  group.join(member, () =>
    Promise.resolve({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }),
    }),
  );
  expect(await ended).toBe(broken);
});
