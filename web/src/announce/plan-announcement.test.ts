import { expect, test } from "vitest";
import { planAnnouncement, type Told } from "./plan-announcement.ts";

const at = (progress: number, status: Told["status"] = "PROCESSING"): Told => ({
  title: "Bunny",
  status,
  progress,
});

test("the first value of a video is not announced", () => {
  expect(planAnnouncement(undefined, at(0.6))).toBeNull();
});

test("progress is announced at each quarter", () => {
  const ticks = Array.from({ length: 101 }, (_, index) => at(index / 100));
  const said = ticks.flatMap((now, index) => planAnnouncement(ticks[index - 1], now) ?? []);
  expect(said).toEqual(["Bunny: 25 percent.", "Bunny: 50 percent.", "Bunny: 75 percent."]);
});

test("a change of state is announced instead of a quarter reached at the same time", () => {
  expect(planAnnouncement(at(0.2), at(0.3, "PLAYABLE"))).toBe("Bunny: Playable.");
  expect(planAnnouncement(at(0.9), at(1, "READY"))).toBe("Bunny: Ready.");
  expect(planAnnouncement(at(0.9), at(0.9, "FAILED"))).toBe("Bunny: Failed.");
});

test("a restarted retry does not announce the decrease", () => {
  expect(planAnnouncement(at(0.9), at(0.1))).toBeNull();
});
