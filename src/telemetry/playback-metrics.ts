import { Counter, Histogram, type Registry } from "prom-client";
import type { Felt } from "../playback-events/index.ts";

/** Counts what players tell. Labels have few values, whatever they say. */
export function createPlaybackMetrics(registers: Registry[]): (felt: Felt) => void {
  const firstFrame = new Histogram({
    name: "reelay_playback_first_frame_seconds",
    help: "From play to the first picture, as players told it here.",
    buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30],
    registers,
  });
  const stalls = new Histogram({
    name: "reelay_playback_stall_seconds",
    help: "How long playing stopped for want of data, as players told it here.",
    labelNames: ["cause"],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
    registers,
  });
  const switches = new Counter({
    name: "reelay_playback_switches_total",
    help: "Changes of quality that players told here.",
    labelNames: ["by"],
    registers,
  });
  const ahead = new Histogram({
    name: "reelay_playback_buffer_ahead_seconds",
    help: "Seconds in memory ahead of the picture, every five seconds of playing, as players told it here.",
    buckets: [1, 2, 5, 10, 20, 30, 60, 120],
    registers,
  });
  const errors = new Counter({
    name: "reelay_playback_errors_total",
    help: "What went wrong for viewers, as players told it here.",
    labelNames: ["fatal"],
    registers,
  });
  return (felt) => {
    switch (felt.kind) {
      case "FIRST_FRAME":
        firstFrame.observe(felt.seconds);
        break;
      case "STALL":
        stalls.observe({ cause: felt.cause.toLowerCase() }, felt.seconds);
        break;
      case "SWITCH":
        switches.inc({ by: felt.isChosen ? "viewer" : "player" });
        break;
      case "BUFFER":
        ahead.observe(felt.aheadSeconds);
        break;
      case "ERROR":
        errors.inc({ fatal: String(felt.isFatal) });
        break;
    }
  };
}
