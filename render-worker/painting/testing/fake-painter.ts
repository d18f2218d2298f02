/**
 * A painter without Python: its scripts are lists of records in JSON. `frame`: a colour and how often it is
 * shown; The other lines speak for themselves.
 */
import { readFileSync, writeSync } from "node:fs";
import { beginning, colour, done, event, frame, samples, step } from "./records.ts";

/** A line of such a script. */
export type FakeRecord =
  | { frame: [number, number, number]; repeats?: number }
  | { step: string; frames?: number }
  | { event: object }
  | { samples: number }
  | { exit: number }
  | { waitMs: number };

interface FakeJob {
  mode: "DRAW" | "CHECK";
  script: string;
  width: number;
  height: number;
  frameRate: number;
  startAt?: number;
}

function send(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      pause(5);
    }
  }
}

const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function draw({ mode, script, width, height, frameRate, startAt = 0 }: FakeJob): void {
  const records = JSON.parse(readFileSync(script, "utf8")) as FakeRecord[];
  const frames = records.reduce((sum, one) => sum + ("frame" in one ? (one.repeats ?? 1) : 0), 0);
  const animations = records.filter((one) => "step" in one).length;
  const hasAudio = records.some((one) => "samples" in one);
  const framesOfEach: number[] = [];
  for (const one of records) {
    if ("step" in one) framesOfEach.push(0);
    if ("frame" in one && framesOfEach.length > 0)
      framesOfEach.push((framesOfEach.pop() ?? 0) + (one.repeats ?? 1));
  }
  send(beginning({ animations, frames, width, height, frameRate, hasAudio, mode, framesOfEach }));
  let index = 0;
  // A check draws nothing.
  const isDrawn = (one: FakeRecord) => mode === "DRAW" || "event" in one || "exit" in one || "waitMs" in one;
  for (const one of records.filter(isDrawn)) {
    if ("frame" in one) {
      if (index > startAt || startAt === 0) send(frame(colour(...one.frame, width * height), one.repeats));
    } else if ("step" in one) send(step(index++, one.frames, one.step));
    else if ("event" in one) send(event(one.event));
    else if ("samples" in one) send(samples(Buffer.alloc(one.samples * 4)));
    else if ("waitMs" in one) pause(one.waitMs);
    else process.exit(one.exit);
  }
  send(done(animations, mode === "DRAW" ? frames : 0));
}

const job = process.argv.at(-1) ?? "";
if (job.startsWith("{")) draw(JSON.parse(job) as FakeJob);
