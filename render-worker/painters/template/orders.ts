import { createInterface } from "node:readline";
import { z } from "zod";

/** A line of the standard input (docs/reference/painters.md). */
const Order = z.discriminatedUnion("type", [
  /** Lengths of spoken texts in ms, by their ids; null: not spoken, shown for the reading time. */
  z.object({
    type: z.literal("clips"),
    clips: z.record(z.string(), z.number().nonnegative().max(3_600_000).nullable()),
  }),
  /** Draw the scenes from one index up to another, which is not drawn. */
  z.object({ type: z.literal("draw"), from: z.int().nonnegative(), to: z.int().nonnegative() }),
]);
type Order = z.output<typeof Order>;

/** Orders in their order, and after the last one `END`. */
export class Orders {
  readonly #queue: (Order | "END")[] = [];
  #arrived = Promise.withResolvers<void>();

  constructor() {
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => this.#add(Order.parse(JSON.parse(line))));
    lines.once("close", () => this.#add("END"));
  }

  /** Undefined: none has arrived. */
  next(): Order | "END" | undefined {
    return this.#queue.shift();
  }

  async wait(): Promise<Order | "END" | undefined> {
    if (this.#queue.length === 0) await this.#arrived.promise;
    return this.next();
  }

  #add(order: Order | "END"): void {
    this.#queue.push(order);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}
