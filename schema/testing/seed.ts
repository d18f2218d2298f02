/** Rows for tests, as the operations and the projector write them. */
import { randomUUID } from "node:crypto";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { defaultProfile } from "../../src/profiles/index.ts";
import { renderNeeds } from "../../src/testing/fleet-rows.ts";

const playlist = {
  key: "index.m3u8",
  codecs: "avc1.640028",
  bandwidthBps: 1,
  averageBandwidthBps: 1,
  segments: 1,
  durationMs: 1,
  sizeBytes: 1,
  isComplete: true,
};

/**
 * A video during its render: one variant ready, one half done, one skipped; the first attempt lost, a second
 * running.
 */
export async function seedVideo(
  db: PrismaClient,
  workspaceId: string,
  { title = "A film", createdAt = new Date(), externalId = null as string | null } = {},
) {
  const attemptId = randomUUID();
  const rung = (name: string, position: number, height: number) => ({
    name,
    position,
    tier: "STANDARD" as const,
    codec: "H264",
    width: height * 2,
    height,
    bitrateBps: 1_000_000,
    attemptId,
  });
  return db.video.create({
    data: {
      workspaceId,
      title,
      externalId,
      createdAt,
      profile: "default",
      status: "PLAYABLE",
      playableAt: createdAt,
      revision: 3,
      source: {
        create: { kind: "URL", url: "http://example.com/a.mp4", filename: "a.mp4", objectKey: "a.mp4" },
      },
      variants: {
        create: [
          { ...rung("100p", 0, 100), status: "READY", fraction: 1, playlist, sizeBytes: 9_000_000_000n },
          { ...rung("200p", 1, 200), status: "RENDERING", fraction: 0.5, fps: 30, speed: 1, etaMs: 2_000 },
          { ...rung("400p", 2, 400), status: "SKIPPED", skipReason: "The source has 200 lines." },
        ],
      },
      jobs: {
        create: {
          workspaceId,
          kind: "TRANSCODE",
          status: "RUNNING",
          createdAt,
          profile: defaultProfile,
          tasks: {
            create: {
              workspaceId,
              kind: "RENDER",
              pool: "CPU",
              requirements: renderNeeds,
              status: "RUNNING",
              attempts: {
                create: [
                  {
                    id: randomUUID(),
                    number: 1,
                    workerId: "w1",
                    leaseUntil: createdAt,
                    outcome: "LOST",
                    endedAt: createdAt,
                    error: {
                      code: "WORKER_LOST",
                      message: "Its reports stopped.",
                      scope: "WORKER",
                      retriable: true,
                    },
                  },
                  { id: attemptId, number: 2, workerId: "w2", leaseUntil: createdAt },
                ],
              },
            },
          },
        },
      },
    },
    include: { jobs: { include: { tasks: { include: { attempts: true } } } }, variants: true },
  });
}
