import type { protos } from "@google-cloud/pubsub";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Clock } from "./clock.ts";
import type { Consumer, Dispatcher } from "./dispatcher.ts";
import { receivedMessage } from "./received-message.ts";
import type { Registry } from "./registry.ts";
import { invalid, type StatusError } from "./status-error.ts";
import type { Leased, Outstanding } from "./subscription.ts";
import type { Description } from "./subscription-plan.ts";

type Request = protos.google.pubsub.v1.IStreamingPullRequest;
type Response = protos.google.pubsub.v1.IStreamingPullResponse;
type Call = ServerDuplexStream<Request, Response>;

/** One open StreamingPull: its first request names the subscription and limits, later ones acknowledge. */
export function streamingPull(registry: Registry<Description>, clock: Clock, call: Call): void {
  let stream: Stream | undefined;
  let isOver = false;
  call.on("data", (request: Request) => {
    if (isOver) return;
    try {
      if (stream === undefined) stream = openStream(registry, clock, call, request);
      else stream.update(request);
    } catch (error) {
      call.emit("error", error);
    }
  });
  const leave = () => {
    isOver = true;
    stream?.leave();
  };
  call.on("end", () => {
    leave();
    call.end();
  });
  call.on("cancelled", leave);
  call.on("error", leave);
}

function openStream(registry: Registry<Description>, clock: Clock, call: Call, first: Request): Stream {
  const { dispatcher } = registry.subscription(first.subscription ?? "");
  const stream = new Stream(dispatcher, clock, call, first);
  stream.start();
  return stream;
}

class Stream implements Consumer {
  readonly #dispatcher: Dispatcher;
  readonly #clock: Clock;
  readonly #call: Call;
  readonly #limits: Outstanding;
  #isFlooded = false;
  ackDeadlineMs: number;

  constructor(dispatcher: Dispatcher, clock: Clock, call: Call, first: Request) {
    this.#dispatcher = dispatcher;
    this.#clock = clock;
    this.#call = call;
    this.#limits = {
      messages: unlessPositive(first.maxOutstandingMessages),
      bytes: unlessPositive(first.maxOutstandingBytes),
    };
    this.ackDeadlineMs = ackDeadlineMs(first.streamAckDeadlineSeconds ?? 0);
  }

  start(): void {
    this.#call.on("drain", () => {
      this.#isFlooded = false;
      this.#dispatcher.pump(this.#clock.now());
    });
    this.#dispatcher.join(this, this.#clock.now());
  }

  leave(): void {
    this.#dispatcher.leave(this);
  }

  update(request: Request): void {
    const now = this.#clock.now();
    const { subscription } = this.#dispatcher;
    const moved = request.modifyDeadlineAckIds ?? [];
    const seconds = request.modifyDeadlineSeconds ?? [];
    if (moved.length !== seconds.length) {
      throw invalid(`${moved.length} ack ids to modify, but ${seconds.length} deadlines.`);
    }
    if (request.streamAckDeadlineSeconds)
      this.ackDeadlineMs = ackDeadlineMs(request.streamAckDeadlineSeconds);
    subscription.acknowledge(request.ackIds ?? []);
    for (const [index, ackId] of moved.entries()) {
      subscription.modifyDeadline([ackId], (seconds[index] ?? 0) * 1_000, now);
    }
    // The client's keep-alive is an empty request. Without an answer it considers the stream dead and opens
    // another.
    if ((request.ackIds ?? []).length === 0 && moved.length === 0) this.#call.write({});
    this.#dispatcher.pump(now);
  }

  hasRoom(held: Outstanding): boolean {
    return !this.#isFlooded && held.messages < this.#limits.messages && held.bytes < this.#limits.bytes;
  }

  deliver(messages: Leased[]): void {
    this.#isFlooded = !this.#call.write({ receivedMessages: messages.map(receivedMessage) });
  }

  close(error: StatusError): void {
    this.#call.emit("error", error);
  }
}

const unlessPositive = (limit: unknown): number =>
  Number(limit ?? 0) > 0 ? Number(limit) : Number.POSITIVE_INFINITY;

function ackDeadlineMs(seconds: number): number {
  if (seconds < 10 || seconds > 600) throw invalid(`Stream ack deadline ${seconds} s; expected 10 to 600 s.`);
  return seconds * 1_000;
}
