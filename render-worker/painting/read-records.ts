import { PainterEvent, type Picture } from "./events.ts";
import type { DrawnFrame } from "./frame.ts";
import { CutOffError, ProtocolError } from "./protocol-error.ts";

/** Length of a record's header: `kind[4] a:u32le b:u32le length:u32le`. */
const HEADER_BYTES = 16;
const MAX_EVENT_BYTES = 64 * 1024;
/** A second of 48 kHz stereo in 16 bits is 192 kB. */
const MAX_SAMPLES_BYTES = 4 * 1024 * 1024;
/** More than the animations of any scene. */
const MAX_EVENTS = 20_000;
/** Of both channels together. */
export const BYTES_PER_SAMPLE = 4;
/** Ten minutes at 60 frames per second. */
const MAX_REPEATS = 36_000;
/** Before the pixels of a rectangle: `x:u32le y:u32le width:u32le height:u32le`. */
const RECTANGLE_BYTES = 16;

export type PainterRecord =
  | { kind: "event"; event: PainterEvent }
  /** A record `RECT` is one, too: the frame before it with a rectangle replaced. */
  | ({ kind: "frame" } & DrawnFrame)
  /** 16-bit little-endian stereo samples at 48 kHz. */
  | { kind: "samples"; samples: Buffer };

/**
 * Parses a painter's output, record by record, as far as the consumer asks for it. The output is not
 * trusted: each length is checked before its bytes are read. A chunk is not used any more once the next one
 * is asked for. Ends with the stream; throws a `ProtocolError` for anything that the protocol does not allow,
 * a record that is cut off included.
 */
export async function* readRecords(stream: AsyncIterable<Buffer>): AsyncGenerator<PainterRecord> {
  // Closed at the end: while a pipe is neither read nor closed, Node does not report its process's end.
  await using bytes = new ByteReader(stream);
  let canvas: Canvas | null = null;
  let events = 0;
  for (;;) {
    const header = await bytes.readOrEnd(HEADER_BYTES);
    if (header === null) return;
    const kind = header.toString("latin1", 0, 4);
    const [a, b, length] = [header.readUInt32LE(4), header.readUInt32LE(8), header.readUInt32LE(12)];
    switch (kind) {
      case "EVNT": {
        if (length > MAX_EVENT_BYTES)
          throw new ProtocolError(`an event of at most ${MAX_EVENT_BYTES} bytes`, `${length} bytes`);
        events += 1;
        if (events > MAX_EVENTS) throw new ProtocolError(`at most ${MAX_EVENTS} events`, "more");
        const event = parseEvent(await bytes.read(length));
        if (events === 1 && event.type !== "hello")
          throw new ProtocolError("the event hello first", event.type);
        if (event.type === "picture") {
          if (canvas !== null) throw new ProtocolError("one picture event", "another");
          canvas = new Canvas(event);
        }
        yield { kind: "event", event };
        break;
      }
      case "FRAM": {
        if (canvas === null) throw new ProtocolError("the event picture before the first frame", "a frame");
        if (length !== canvas.pixels.length)
          throw new ProtocolError(`a frame of ${canvas.pixels.length} bytes`, `one of ${length} bytes`);
        assertRepeats(a, b);
        const pixels = await bytes.fill(canvas.pixels);
        canvas.hasFrame = true;
        yield { kind: "frame", repeats: a, pixels, change: null };
        break;
      }
      case "RECT": {
        if (!canvas?.hasFrame) throw new ProtocolError("a frame before the first rectangle", "a rectangle");
        const most = canvas.spare.length;
        if (length < RECTANGLE_BYTES || length > most)
          throw new ProtocolError(
            `a rectangle of ${RECTANGLE_BYTES} to ${most} bytes`,
            `one of ${length} bytes`,
          );
        assertRepeats(a, b);
        const change = await bytes.fill(canvas.spare.subarray(0, length));
        const { pixels, picture } = canvas;
        const rectangle = parseRectangle(change, picture);
        replaceRectangle(pixels, rectangle, change.subarray(RECTANGLE_BYTES), picture.width);
        yield { kind: "frame", repeats: a, pixels, change };
        break;
      }
      case "SAMP": {
        if (length > MAX_SAMPLES_BYTES || length % BYTES_PER_SAMPLE !== 0)
          throw new ProtocolError(
            `whole samples of 4 bytes, at most ${MAX_SAMPLES_BYTES} bytes`,
            `${length} bytes`,
          );
        yield { kind: "samples", samples: await bytes.read(length) };
        break;
      }
      default:
        throw new ProtocolError("a record EVNT, FRAM, RECT or SAMP", JSON.stringify(kind));
    }
  }
}

function assertRepeats(repeats: number, unused: number): void {
  if (repeats < 1 || repeats > MAX_REPEATS || unused !== 0)
    throw new ProtocolError(`a frame shown 1 to ${MAX_REPEATS} times`, `${repeats} (and ${unused})`);
}

/** In pixels, from the top left corner. */
interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Of a record's payload, with its pixels. */
function parseRectangle(bytes: Buffer, picture: Pick<Picture, "width" | "height">): Rectangle {
  const [x = 0, y = 0, width = 0, height = 0] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at));
  const isInside = x + width <= picture.width && y + height <= picture.height;
  if (width < 1 || height < 1 || !isInside)
    throw new ProtocolError(
      `a rectangle within ${picture.width}×${picture.height} pixels`,
      `${width}×${height} at ${x}, ${y}`,
    );
  if (bytes.length !== RECTANGLE_BYTES + width * height * 4)
    throw new ProtocolError(
      `${RECTANGLE_BYTES + width * height * 4} bytes for ${width}×${height} pixels`,
      `${bytes.length} bytes`,
    );
  return { x, y, width, height };
}

function replaceRectangle(
  pixels: Buffer,
  { x, y, width, height }: Rectangle,
  replacement: Buffer,
  pictureWidth: number,
): void {
  for (let row = 0; row < height; row += 1) {
    const at = ((y + row) * pictureWidth + x) * 4;
    replacement.copy(pixels, at, row * width * 4, (row + 1) * width * 4);
  }
}

function parseEvent(bytes: Buffer): PainterEvent {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ProtocolError("an event in JSON", "something else");
  }
  const event = PainterEvent.safeParse(value);
  if (event.success) return event.data;
  const [issue] = event.error.issues;
  throw new ProtocolError("a known event with its fields", `${issue?.path.join(".")}: ${issue?.message}`);
}

/** Takes an exact number of bytes from a stream of chunks. */
class ByteReader implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.of();

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Null if the stream ends here. */
  async readOrEnd(length: number): Promise<Buffer | null> {
    if (this.#rest.length === 0 && !(await this.#more())) return null;
    return await this.read(length);
  }

  async read(length: number): Promise<Buffer> {
    return await this.fill(Buffer.alloc(length));
  }

  /** Reads as many bytes as the buffer has. */
  async fill(buffer: Buffer): Promise<Buffer> {
    for (let at = 0; at < buffer.length; ) {
      if (this.#rest.length === 0 && !(await this.#more()))
        throw new CutOffError(`a record of ${buffer.length} bytes`, `its end after ${at} bytes`);
      const copied = this.#rest.copy(buffer, at);
      this.#rest = this.#rest.subarray(copied);
      at += copied;
    }
    return buffer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#rest = value;
    return true;
  }
}

/** Memory of the frame that is shown, and of the largest rectangle. */
class Canvas {
  readonly picture: Pick<Picture, "width" | "height">;
  readonly pixels: Buffer;
  readonly spare: Buffer;
  hasFrame = false;

  constructor(picture: Pick<Picture, "width" | "height">) {
    const bytes = picture.width * picture.height * 4;
    this.picture = picture;
    this.pixels = Buffer.allocUnsafeSlow(bytes);
    this.spare = Buffer.allocUnsafeSlow(RECTANGLE_BYTES + bytes);
  }
}
