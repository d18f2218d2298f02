/** Writes a painter's records, as docs/reference/painters.md describes them. */

function record(kind: string, a: number, b: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.write(kind, "latin1");
  header.writeUInt32LE(a, 4);
  header.writeUInt32LE(b, 8);
  header.writeUInt32LE(payload.length, 12);
  return Buffer.concat([header, payload]);
}

export const event = (fields: object): Buffer => record("EVNT", 0, 0, Buffer.from(JSON.stringify(fields)));

export const frame = (pixels: Buffer, repeats = 1): Buffer => record("FRAM", repeats, 0, pixels);

export function rectangle(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  pixels: Buffer,
  repeats = 1,
): Buffer {
  const place = Buffer.alloc(16);
  for (const [index, value] of [x, y, width, height].entries()) place.writeUInt32LE(value, index * 4);
  return record("RECT", repeats, 0, Buffer.concat([place, pixels]));
}

export const samples = (bytes: Buffer): Buffer => record("SAMP", 0, 0, bytes);

export const hello = event({ type: "hello", protocol: 1, painter: "test", version: "1" });

export const step = (index: number, frames: number | null = null, name = "Wait"): Buffer =>
  event({ type: "step", index, name, frames });

/** Red, green, blue and opaque, in every pixel. */
export const colour = (red: number, green: number, blue: number, pixels: number): Buffer =>
  Buffer.alloc(pixels * 4, Buffer.from([red, green, blue, 255]));

/** The records before the first frame. */
export const beginning = ({
  animations = 1,
  frames = 10,
  width = 64,
  height = 36,
  frameRate = 10,
  hasAudio = false,
  mode = "DRAW",
  framesOfEach = [] as readonly number[],
} = {}): Buffer =>
  Buffer.concat([
    hello,
    event({ type: "scenes", scenes: [{ name: "GenScene", line: 1 }], chosen: "GenScene" }),
    event({
      type: "counted",
      animations,
      durationMs: (frames / frameRate) * 1000,
      frames,
      hasAudio,
      framesOfEach,
    }),
    ...(mode === "DRAW" ? [event({ type: "picture", width, height, frameRate })] : []),
  ]);

export const done = (animations = 1, frames = 10): Buffer => event({ type: "done", animations, frames });
