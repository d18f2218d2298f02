import { Counter, Histogram, type Registry } from "prom-client";

/** A QoE measurement. Durations in seconds. */
export type Measurement =
  | { kind: "FIRST_FRAME"; seconds: number }
  | { kind: "STALL"; seconds: number; cause: "EDGE" | "NETWORK" | "RELOAD" }
  | { kind: "SWITCH"; isChosen: boolean }
  | { kind: "BUFFER"; aheadSeconds: number }
  | { kind: "ERROR"; isFatal: boolean };

/** Counts measurements from players. Labels have few values, whatever players send. */
export function createPlaybackMetrics(registers: Registry[]): (measurement: Measurement) => void {
  const firstFrame = new Histogram({
    name: "reelay_playback_first_frame_seconds",
    help: "From play to the first picture, as reported by players to this process.",
    buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30],
    registers,
  });
  const stalls = new Histogram({
    name: "reelay_playback_stall_seconds",
    help: "Duration of stalls, as reported by players to this process.",
    labelNames: ["cause"],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
    registers,
  });
  const switches = new Counter({
    name: "reelay_playback_switches_total",
    help: "Quality changes, as reported by players to this process.",
    labelNames: ["by"],
    registers,
  });
  const ahead = new Histogram({
    name: "reelay_playback_buffer_ahead_seconds",
    help: "Buffered seconds, every five seconds of playback, as reported by players to this process.",
    buckets: [1, 2, 5, 10, 20, 30, 60, 120],
    registers,
  });
  const errors = new Counter({
    name: "reelay_playback_errors_total",
    help: "Playback errors, as reported by players to this process.",
    labelNames: ["fatal"],
    registers,
  });
  return (measurement) => {
    switch (measurement.kind) {
      case "FIRST_FRAME":
        firstFrame.observe(measurement.seconds);
        break;
      case "STALL":
        stalls.observe({ cause: measurement.cause.toLowerCase() }, measurement.seconds);
        break;
      case "SWITCH":
        switches.inc({ by: measurement.isChosen ? "viewer" : "player" });
        break;
      case "BUFFER":
        ahead.observe(measurement.aheadSeconds);
        break;
      case "ERROR":
        errors.inc({ fatal: String(measurement.isFatal) });
        break;
    }
  };
}
