/** The content of webhook messages. Pure. */
import type { Prisma } from "../../prisma/generated/client.ts";
import { errorOf } from "../database/index.ts";
import { type EventCodec, type LoggedEvent, placeOf } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";

/** The video of an event, as it is when the message is created. */
export interface MessageVideo {
  id: string;
  externalId: string | null;
  title: string;
  metadata: Prisma.JsonValue;
  status: string;
  playbackPolicy: string;
  durationMs: number | null;
  width: number | null;
  height: number | null;
  error: Prisma.JsonValue;
  /**
   * Null until it plays. URLs of a SIGNED video have no token: messages are kept and repeated for longer than
   * one lives.
   */
  playback: { hlsUrl: string; posterUrl: string | null } | null;
}

/**
 * `{ type, timestamp, data }` by Standard Webhooks. `data` is the event with the field names of the GraphQL
 * type `Event`, so that a receiver handles webhooks and `changes` alike. `video` is null if the video was
 * deleted since; the `data` of `video.deleted` contains the remaining information.
 */
export function messageBody(event: LoggedEvent, video: MessageVideo | undefined, codec: EventCodec): string {
  const at = event.at.toISOString();
  const name = event.type.startsWith("variant.") ? fieldOf(event.data, "name") : undefined;
  const data = {
    id: encodeGlobalId("Event", codec.encodeId(event.id)),
    cursor: codec.encodeCursor(placeOf(event)),
    type: event.type,
    at,
    videoId: event.videoId && encodeGlobalId("Video", event.videoId),
    variantName: name ?? null,
    jobId: event.jobId && encodeGlobalId("Job", event.jobId),
    attemptId: event.attemptId && encodeGlobalId("Attempt", event.attemptId),
    data: event.data,
    video: video === undefined ? null : toVideo(video),
  };
  return JSON.stringify({ type: event.type, timestamp: at, data });
}

function toVideo(video: MessageVideo) {
  const { id, externalId, title, metadata, status, playbackPolicy, durationMs, width, height } = video;
  const { playback } = video;
  const error = errorOf(video);
  return {
    id: encodeGlobalId("Video", id),
    externalId,
    title,
    metadata,
    status,
    playbackPolicy,
    durationMs,
    width,
    height,
    error: error && { code: error.code, message: error.message },
    playback,
  };
}

const fieldOf = (data: LoggedEvent["data"], field: string): unknown =>
  typeof data === "object" && data !== null && !Array.isArray(data) ? data[field] : undefined;

/** The type of messages from `sendTestWebhook`. Never in the log. */
export const TEST_TYPE = "webhook.test";

/** A message that only shows that it arrived. */
export const testBody = (endpointId: string, at: Date): string =>
  JSON.stringify({
    type: TEST_TYPE,
    timestamp: at.toISOString(),
    data: { endpointId: encodeGlobalId("WebhookEndpoint", endpointId), message: "It arrived." },
  });

/** The receiver's id of a message: equal in every attempt. */
export const messageIdOf = (deliveryId: string): string => `msg_${deliveryId.replaceAll("-", "")}`;
