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

test("a matching head with all requested renditions is kept, without further renditions", () => {
  const task = keep(part("144p"), part("360p"), part("audio"), part("720p"));
  expect(names(keptHead(task, { part: head, rungs, audioTracks: [{ name: "audio" }] }))).toEqual([
    "144p",
    "360p",
    "audio",
  ]);
  expect(names(keptHead(task, { part: head, rungs, audioTracks: [] }))).toEqual(["144p", "360p"]);
});

test.each([
  ["a variant is missing", keep(part("144p"), part("audio"))],
  ["the audio is missing", keep(part("144p"), part("360p"))],
  ["a part ends at another time", keep(part("144p"), part("360p", 6_000), part("audio"))],
  ["nothing was rendered", { keep: { variants: [], audio: null } }],
])("the head is rendered again if %s", (_, task) => {
  expect(keptHead(task, { part: head, rungs, audioTracks: [{ name: "audio" }] })).toBe(null);
});

test("the head is rendered again if the whole video has another size, rate or codec", () => {
  const task = keep(part("144p"), part("360p"));
  for (const other of [{ width: 100 }, { frameRate: 25 }, { codec: "HEVC" as const }]) {
    const changed = [rungs[0] as PlannedRung, { ...(rungs[1] as PlannedRung), ...other }];
    expect(keptHead(task, { part: head, rungs: changed, audioTracks: [] })).toBe(null);
  }
});

test("a head is not kept if the source is rendered whole", () => {
  const whole = { kind: "WHOLE", span: { startMs: 0, endMs: null } } as const;
  const task = keep(part("144p"), part("360p"), part("audio"));
  expect(keptHead(task, { part: whole, rungs, audioTracks: [{ name: "audio" }] })).toBe(null);
});
