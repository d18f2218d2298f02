import type { ExecutionResult, OperationResult } from "graphql-ws";
import type { Position } from "./cursor.ts";

/** One result of the shared execution, serialised once. */
export interface SharedPayload {
  json: string;
  /** Unknown for results without a video, e.g. errors. */
  position: Position | undefined;
}

export interface GroupMember {
  /** A newer result is available; the member reads `group.latest` when it can. */
  offer(payload: SharedPayload): void;
  /** The execution ended, with an error if it failed. */
  end(error?: unknown): void;
}

export type SubscribeResult = Awaited<OperationResult>;

/** Viewers of one video with equal documents: one execution feeds them all. */
export interface ViewerGroup {
  readonly latest: SharedPayload | undefined;
  /** Undefined if the execution runs, else the reason why not. */
  readonly refusal: Promise<ExecutionResult | undefined>;
  /** `execute` continues the execution if the member that runs it leaves. */
  join(member: GroupMember, execute: () => Promise<SubscribeResult>): void;
  leave(member: GroupMember): void;
}

const isIterable = (result: SubscribeResult): result is AsyncIterable<ExecutionResult> =>
  Symbol.asyncIterator in result;

export function createViewerGroup(options: {
  serialise: (result: ExecutionResult) => SharedPayload;
  /** The last member left, or the execution ended. The group accepts no more members. */
  onEnd: () => void;
}): ViewerGroup {
  const { serialise, onEnd } = options;
  const members = new Map<GroupMember, () => Promise<SubscribeResult>>();
  const started = Promise.withResolvers<ExecutionResult | undefined>();
  started.promise.catch(() => undefined);
  let latest: SharedPayload | undefined;
  let iterator: AsyncIterator<ExecutionResult> | undefined;
  let hasEnded = false;

  function end(error?: unknown) {
    if (hasEnded) return;
    hasEnded = true;
    onEnd();
    for (const member of members.keys()) member.end(error);
    members.clear();
  }

  async function feed(results: AsyncIterable<ExecutionResult>) {
    iterator = results[Symbol.asyncIterator]();
    for (;;) {
      if (hasEnded) {
        await iterator.return?.();
        return;
      }
      const { done, value } = await iterator.next();
      if (done === true) return;
      latest = serialise(value);
      for (const member of members.keys()) member.offer(latest);
    }
  }

  /**
   * An execution ends if the member whose request it serves leaves. Another member's execution then replaces
   * it.
   */
  async function run() {
    for (;;) {
      const owner = members.entries().next().value;
      if (owner === undefined || hasEnded) return end();
      const [member, execute] = owner;
      const result = await execute();
      if (!isIterable(result)) {
        started.resolve(result);
        return end();
      }
      started.resolve(undefined);
      await feed(result);
      if (members.has(member)) return end();
    }
  }

  return {
    get latest() {
      return latest;
    },
    refusal: started.promise,
    join(member, execute) {
      members.set(member, execute);
      if (members.size > 1 || hasEnded) return;
      run().catch((error: unknown) => {
        started.reject(error);
        end(error);
      });
    },
    leave(member) {
      members.delete(member);
      if (members.size > 0 || hasEnded) return;
      end();
      void iterator?.return?.();
    },
  };
}
