import type { RenditionPart, VariantState } from "@reelay/contracts";
import { expect, test } from "vitest";
import type { PlannedRung } from "../../media/ladder/plan-ladder.ts";
import { keptHead } from "./keep-head.ts";

const rung = (name: string, height: number) =>
  ({ name, height, width: height * 2, codec: "H264", frameRate: 30 }) as PlannedRung;
const rungs = [rung("144p", 144), rung("360p", 360)];
const part = (rendition: string, endMs = 8_000): RenditionPart => ({
  ...{ rendition, startMs: 0, endMs, isComplete: true },
  ...{ initKey: "init.mp4", initSha256: "c".repeat(64), codecs: "avc1", segments: [] },
});
const head = { kind: "HEAD", span: { startMs: 0, endMs: 8_000 } } as const;
const ladder = rungs.map((made) => made as unknown as VariantState);
const keep = (...parts: RenditionPart[]) => ({ keep: { variants: [], audio: null, parts }, ladder });
const names = (parts: RenditionPart[] | null) => parts?.map(({ rendition }) => rendition) ?? null;

test("a head that holds all that is wanted, made just so, is kept, and nothing besides", () => {
  const task = keep(part("144p"), part("360p"), part("audio"), part("720p"));
  expect(names(keptHead(task, { part: head, rungs, sounds: [{ name: "audio" }] }))).toEqual([
    "144p",
    "360p",
    "audio",
  ]);
  expect(names(keptHead(task, { part: head, rungs, sounds: [] }))).toEqual(["144p", "360p"]);
});

test.each([
  ["a variant is missing", keep(part("144p"), part("audio"))],
  ["the sound is missing", keep(part("144p"), part("360p"))],
  ["it ends elsewhere", keep(part("144p"), part("360p", 6_000), part("audio"))],
  ["nothing was made", { keep: { variants: [], audio: null } }],
])("where %s the head is made again", (_, task) => {
  expect(keptHead(task, { part: head, rungs, sounds: [{ name: "audio" }] })).toBe(null);
});

test("if the whole has another size or rate than its beginning, the head is made again", () => {
  const task = keep(part("144p"), part("360p"));
  for (const other of [{ width: 100 }, { frameRate: 25 }, { codec: "HEVC" as const }]) {
    const changed = [rungs[0] as PlannedRung, { ...(rungs[1] as PlannedRung), ...other }];
    expect(keptHead(task, { part: head, rungs: changed, sounds: [] })).toBe(null);
  }
});

test("a source that is made in one piece after all is made as any", () => {
  const whole = { kind: "WHOLE", span: { startMs: 0, endMs: null } } as const;
  const task = keep(part("144p"), part("360p"), part("audio"));
  expect(keptHead(task, { part: whole, rungs, sounds: [{ name: "audio" }] })).toBe(null);
});
