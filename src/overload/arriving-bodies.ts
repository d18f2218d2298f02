import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyBrokenOffError, bodyErrors } from "./body-errors.ts";
import type { OverloadLimits } from "./limits.ts";
import { overloaded } from "./overloaded-error.ts";

/** Request bodies other than uploads, read completely before any work starts. */
interface ArrivingBodies {
  /** Throws `BodyRefusedError`, `OverloadedError` if it was evicted for others, and `BodyBrokenOffError`. */
  read(req: IncomingMessage, maxBytes: number): Promise<Buffer>;
  readonly size: number;
}

interface Arrival {
  address: string;
  bytes: number;
  giveUp: (error: Error) => void;
}

interface ArrivingBodiesOptions {
  limits: Pick<OverloadLimits, "bodyMs" | "bodies" | "bodiesPerAddress" | "bodyBytes">;
  /** Receives the reason why a body was abandoned. Default: none. */
  onShed?: (reason: "slow-body" | "body") => void;
}

/**
 * Beyond a limit, the body that has been arriving the longest is evicted: honest clients send bodies with
 * their headers or soon after, so a crowd of slow ones evicts itself. This also works behind a proxy, where
 * all clients share an address.
 */
export function createArrivingBodies({ limits, onShed }: ArrivingBodiesOptions): ArrivingBodies {
  /** Oldest first, as sets keep their order. */
  const all = new Set<Arrival>();
  const byAddress = new Map<string, Set<Arrival>>();
  let bufferedBytes = 0;

  function evict(from: ReadonlySet<Arrival>): void {
    const [oldest] = from;
    if (oldest === undefined) return;
    onShed?.("body");
    leave(oldest);
    oldest.giveUp(overloaded());
  }

  function enter(arrival: Arrival): void {
    const peers = byAddress.get(arrival.address) ?? new Set();
    byAddress.set(arrival.address, peers);
    peers.add(arrival);
    all.add(arrival);
    if (peers.size > limits.bodiesPerAddress) evict(peers);
    if (all.size > limits.bodies) evict(all);
  }

  function leave(arrival: Arrival): void {
    if (!all.delete(arrival)) return;
    bufferedBytes -= arrival.bytes;
    const peers = byAddress.get(arrival.address);
    peers?.delete(arrival);
    if (peers?.size === 0) byAddress.delete(arrival.address);
  }

  return {
    async read(req, maxBytes) {
      if (Number(req.headers["content-length"] ?? 0) > maxBytes) throw bodyErrors.tooLarge(maxBytes);
      const chunks: Buffer[] = [];
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const arrival: Arrival = { address: req.socket.remoteAddress ?? "", bytes: 0, giveUp: reject };
      const timer = setTimeout(() => {
        onShed?.("slow-body");
        reject(bodyErrors.tooSlow(limits.bodyMs));
      }, limits.bodyMs);
      const onData = (chunk: Buffer) => {
        if (!all.has(arrival)) return;
        arrival.bytes += chunk.length;
        bufferedBytes += chunk.length;
        chunks.push(chunk);
        if (arrival.bytes > maxBytes) reject(bodyErrors.tooLarge(maxBytes));
        else if (bufferedBytes > limits.bodyBytes) evict(all);
      };
      const onBroken = () => reject(new BodyBrokenOffError("The client broke its request off."));
      req.on("data", onData);
      req.once("end", resolve);
      req.once("error", onBroken);
      req.once("close", onBroken);
      enter(arrival);
      try {
        await promise;
        return Buffer.concat(chunks);
      } finally {
        clearTimeout(timer);
        leave(arrival);
        req.off("data", onData);
        req.off("end", resolve);
        req.off("close", onBroken);
      }
    },
    get size() {
      return all.size;
    },
  };
}

const LINGER_MS = 5_000;

/**
 * Closes the connection of a request that was answered before its body arrived. The rest is discarded for
 * some seconds first: closing a connection with unread bytes would discard the answer.
 */
export function discardUnread(req: IncomingMessage, res: ServerResponse): void {
  res.once("finish", () => {
    if (req.complete || req.destroyed) return;
    req.resume();
    const timer = setTimeout(() => req.destroy(), LINGER_MS);
    timer.unref();
    req.once("close", () => clearTimeout(timer));
  });
}
