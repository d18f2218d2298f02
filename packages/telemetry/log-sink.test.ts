import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogSink } from "./log-sink.ts";
import { type LogTarget, openDescriptor, openLogFile } from "./log-target.ts";
import { createLogger } from "./logger.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reelay-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A target with a disk that can be filled. */
function createSmallDisk() {
  const lines: string[] = [];
  const disk = { isFull: false, lines };
  const target: LogTarget = {
    write(text) {
      if (disk.isFull) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      if (text === "\n") return;
      const line = JSON.parse(text) as { msg: string; lines?: number };
      lines.push(line.msg, ...(line.lines === undefined ? [] : [String(line.lines)]));
    },
    [Symbol.dispose]: () => undefined,
  };
  const sink = createLogSink(target);
  return { disk, sink };
}

test.each(["info", "error", "fatal"])(
  "at level %s, a full disk drops lines without ending the process, and the log then reports how many",
  (level) => {
    const { disk, sink } = createSmallDisk();
    const log = createLogger({ level, sink });
    log.fatal("film.began");
    expect(() => sink.assertWritable()).not.toThrow();
    disk.isFull = true;
    log.fatal("film.torn");
    log.fatal("film.torn");
    expect(() => sink.assertWritable()).toThrow(
      "The log cannot be written (ENOSPC); 2 lines have been dropped so far",
    );
    log.fatal("film.torn");
    disk.isFull = false;
    log.fatal("film.mended");
    const notice = level === "fatal" ? [] : ["log.lines-dropped", "3"];
    expect(disk.lines).toEqual(["film.began", ...notice, "film.mended"]);
    expect(() => sink.assertWritable()).not.toThrow();
  },
);

test("checking whether the log works detects that it has recovered", () => {
  const { disk, sink } = createSmallDisk();
  const log = createLogger({ level: "info", sink });
  disk.isFull = true;
  log.info("film.torn");
  disk.isFull = false;
  expect(() => sink.assertWritable()).not.toThrow();
  log.info("film.mended");
  expect(disk.lines).toEqual(["log.lines-dropped", "1", "film.mended"]);
});

test("a full log file is rotated, the oldest of three is dropped, and only its owner may read it", () => {
  const path = join(folder, "reelay.log");
  {
    using sink = createLogSink(openLogFile(path, { limitBytes: 20 }));
    for (const line of ["aaaaaaaaa\n", "bbbbbbbbb\n", "ccccccccc\n", "ddddddddd\n", "e\n"]) sink.write(line);
  }
  using again = createLogSink(openLogFile(path, { limitBytes: 20 }));
  for (const line of ["fffffffff\n", "ggggggggg\n"]) again.write(line);
  expect(readdirSync(folder).sort()).toEqual(["reelay.log", "reelay.log.1", "reelay.log.2"]);
  expect(
    ["", ".1", ".2"].map((suffix) => readFileSync(path + suffix, "utf8").replace(/(.)\1+/g, "$1")),
  ).toEqual(["g\n", "e\nf\n", "c\nd\n"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a log whose folder cannot be used yet is written as soon as it can", () => {
  const path = join(folder, "later", "reelay.log");
  using sink = createLogSink(openLogFile(path));
  sink.write("lost\n");
  expect(() => sink.assertWritable()).toThrow("ENOENT");
  mkdirSync(join(folder, "later"));
  sink.write("kept\n");
  expect(readFileSync(path, "utf8").trim()).toBe("kept");
});

test.runIf(process.platform === "linux")("a line on a device that is full is dropped", () => {
  using sink = createLogSink(openLogFile("/dev/full"));
  sink.write("lost\n");
  expect(() => sink.assertWritable()).toThrow("ENOSPC");
});

test("lines for a closed reader are dropped", () => {
  using sink = createLogSink(openDescriptor(1_000_000));
  sink.write("lost\n");
  expect(() => sink.assertWritable()).toThrow("EBADF");
});
