import type { ExecutionResult } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Position } from "./cursor.ts";
import type { GroupMember, SharedPayload } from "./viewer-group.ts";

/**
 * A member of a group that writes shared payloads straight to its socket. Towards graphql-ws it is a stream
 * that yields nothing and ends when the operation does.
 */
export type SocketMember = GroupMember & AsyncGenerator<ExecutionResult, void, undefined>;

export function createSocketMember(options: {
  socket: WebSocket;
  /** The client's id of the operation. */
  operationId: string;
  /** Admits states by the viewer's own `after`. */
  passes: (position: Position) => boolean;
  /** While the socket has more than this to send, newer payloads replace older ones. */
  maxBufferedBytes: number;
  latest: () => SharedPayload | undefined;
  leave: (member: SocketMember) => void;
}): SocketMember {
  const { socket, passes, maxBufferedBytes, latest, leave } = options;
  const head = `{"id":${JSON.stringify(options.operationId)},"type":"next","payload":`;
  const over = Promise.withResolvers<IteratorResult<ExecutionResult, void>>();
  over.promise.catch(() => undefined);
  const done = { done: true, value: undefined } as const;
  /** Silent until graphql-ws has registered the operation, i.e. begins to read. */
  let state: "joining" | "sending" | "draining" | "ended" = "joining";
  let sent: SharedPayload | undefined;

  function send(payload: SharedPayload) {
    if (payload === sent || socket.readyState !== socket.OPEN) return;
    if (payload.position !== undefined && !passes(payload.position)) return;
    if (socket.bufferedAmount > maxBufferedBytes) return drain();
    sent = payload;
    socket.send(`${head}${payload.json}}`);
  }

  /** An unsolicited pong needs no answer, and its callback runs once everything before it was written. */
  function drain() {
    state = "draining";
    socket.pong(undefined, false, (error) => {
      if (state !== "draining") return;
      state = "sending";
      const newest = latest();
      if (!error && newest !== undefined) send(newest);
    });
  }

  function finish() {
    state = "ended";
    over.resolve(done);
  }

  const member: SocketMember = {
    offer(payload) {
      if (state === "sending") send(payload);
    },
    end(error) {
      if (error === undefined) finish();
      else over.reject(error);
      state = "ended";
    },
    next() {
      if (state === "joining") {
        state = "sending";
        const newest = latest();
        if (newest !== undefined) send(newest);
      }
      return over.promise;
    },
    return() {
      leave(member);
      finish();
      return Promise.resolve(done);
    },
    throw(error) {
      leave(member);
      finish();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]: () => member,
    async [Symbol.asyncDispose]() {
      await member.return();
    },
  };
  return member;
}
