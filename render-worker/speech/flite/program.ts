/**
 * A program of its own, which the worker runs in its jail: speaks texts with Flite, compiled to WebAssembly
 * (protocol.ts). Its argument is the path of the module. The files that Flite reads and writes are in memory.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";
import type { FliteAnswer, FliteRequest } from "./protocol.ts";

/**
 * The part of the global `WebAssembly` used here. TypeScript declares it only with the browser's other types.
 */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => Parameters<WASI["start"]>[0];
};

/** The voice that needs the least time. All voices share one dictionary. */
const FASTEST_VOICE = "kal";
const [, , path = ""] = process.argv;
const flite = new WebAssembly.Module(readFileSync(path));

/** Runs Flite once, in a memory of its own: no text meets what another one left. */
function run(text: string, options: readonly string[]): { printed: string; wav: Uint8Array } {
  const [printed, errors] = [new File([]), new File([])];
  const files = new Map([
    // Without a line break, Flite loses a last sentence of one word.
    ["in.txt", new File(new TextEncoder().encode(`${text}\n`))],
    ["out.wav", new File([])],
  ]);
  const wasi = new WASI(
    ["flite", ...options, "-f", "/files/in.txt", "-o", "/files/out.wav"],
    [],
    [
      new OpenFile(new File([])),
      ...[printed, errors].map((file) => new OpenFile(file)),
      new PreopenDirectory("/files", files),
    ],
    // By default it logs to the standard output.
    { debug: false },
  );
  const code = wasi.start(new WebAssembly.Instance(flite, { wasi_snapshot_preview1: wasi.wasiImport }));
  const toText = ({ data }: File) => Buffer.from(data).toString();
  if (code !== 0) throw new Error(`Flite ended with code ${code}: ${toText(errors)}`);
  return { printed: toText(printed), wav: files.get("out.wav")?.data ?? new Uint8Array() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { text, words, voice, stretch } = JSON.parse(line) as FliteRequest;
  const stretched = ["--setf", `duration_stretch=${stretch}`];
  const spoken = run(text, ["-psdur", "-voice", voice, ...stretched]);
  // An empty line between words makes each of them a sentence of its own.
  const alone = run(words.join("\n\n"), ["-ps", "-voice", FASTEST_VOICE]);
  const answer: FliteAnswer = {
    audioBytes: spoken.wav.length,
    segments: spoken.printed,
    sounds: alone.printed,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  process.stdout.write(spoken.wav);
}
