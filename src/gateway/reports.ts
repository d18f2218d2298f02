import { type AttemptReport, decodeMessage, isReport, type Report } from "@reelay/contracts";
import type { Worker } from "../../prisma/generated/client.ts";
import { GatewayError } from "./gateway-error.ts";
import { keysIn, mayRead } from "./scope.ts";
import type { OwnAttempt } from "./sessions.ts";

/** Reads one report. Throws `GatewayError` unless it is a report of a worker. */
export function readReport(body: unknown): Report {
  const decoded = decodeMessage(new TextEncoder().encode(JSON.stringify(body)));
  if (!decoded.ok) throw new GatewayError("REQUEST_INVALID", `The report is not valid: ${decoded.reason}`);
  if (!isReport(decoded.message)) {
    throw new GatewayError("REPORT_FORBIDDEN", `${decoded.message.type} is not sent by workers.`);
  }
  return decoded.message;
}

export const isAttemptReport = (report: Report): report is AttemptReport => report.type.startsWith("task.");

/** A worker reports for itself only. Throws `GatewayError`. */
export function assertOwnReport(worker: Pick<Worker, "id">, report: Report): void {
  if (report.workerId === worker.id) return;
  throw new GatewayError(
    "REPORT_FORBIDDEN",
    `Worker ${worker.id} reports for itself and its attempts only; this is ${report.type} of ${report.workerId}.`,
  );
}

/**
 * A worker reports on an attempt with the attempt's token, and names no objects but its own and those of its
 * task: whatever a report names becomes part of the video. Throws `GatewayError`.
 */
export function assertOwnAttempt(attempt: OwnAttempt, report: AttemptReport): void {
  const { id, taskId, jobId, videoId } = attempt;
  const isSame =
    report.attemptId === id &&
    report.taskId === taskId &&
    report.jobId === jobId &&
    report.videoId === videoId;
  if (!isSame) {
    throw new GatewayError(
      "REPORT_FORBIDDEN",
      `The token is that of the attempt ${id} of the task ${taskId}; the report is about another one.`,
    );
  }
  const named = "result" in report ? keysIn(report.result) : [];
  const foreign = named.find((key) => key.includes("..") || !mayRead(attempt, key));
  if (foreign !== undefined) {
    throw new GatewayError(
      "REPORT_FORBIDDEN",
      `The report names ${JSON.stringify(foreign.slice(0, 200))}, which is neither below the attempt's prefix nor an object of its task.`,
    );
  }
  const folders = "stored" in report ? (report.stored ?? []) : [];
  const outside = folders.find(({ folder }) => folder.startsWith("/") || folder.split("/").includes(".."));
  if (outside !== undefined) {
    throw new GatewayError(
      "REPORT_FORBIDDEN",
      `The folder ${JSON.stringify(outside.folder.slice(0, 200))} leaves the attempt's prefix.`,
    );
  }
}
