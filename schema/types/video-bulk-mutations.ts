/** The same change to many videos, with an outcome for each. */

import { ExpectedError, InvalidInputError } from "../../src/errors/index.ts";
import { asStoreFull } from "../../src/full-disk/index.ts";
import { checkIdempotencyKey } from "../../src/idempotency/index.ts";
import { boundedList, keyOf, MAX_PAGE_SIZE } from "../../src/inputs/index.ts";
import { retryVideo } from "../../src/kinds/index.ts";
import { checkTags, deleteVideo, tagVideo } from "../../src/videos/index.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith } from "../context.ts";
import { ErrorInterface, errorValue, mayFailWith } from "../errors.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { type ChosenVideos, chooseVideos } from "./choose-videos.ts";
import { Video } from "./video.ts";
import { isUnconditional, VideoFilter } from "./video-filter.ts";

interface VideoOutcome {
  id: string;
  /** Null when the change was made. */
  error: ExpectedError | null;
}

interface VideoOutcomes extends Omit<ChosenVideos, "ids"> {
  outcomes: VideoOutcome[];
}

const VideoOutcomeType = builder.objectRef<VideoOutcome>("VideoOutcome").implement({
  description: "The outcome for one of many videos.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "The video's id." }),
    video: t.prismaField({
      type: Video,
      nullable: true,
      description: "The video after the request. Null if it does not exist.",
      resolve: (query, outcome, _args, ctx) => {
        const id = keyOf("Video", outcome.id);
        const { workspaceId } = viewerWith(ctx, "WRITE");
        return id === null ? null : ctx.db.video.findUnique({ ...query, where: { id, workspaceId } });
      },
    }),
    error: t.field({
      type: ErrorInterface,
      nullable: true,
      description: "Why the video was not changed. Null if it was.",
      resolve: ({ error }) => error && errorValue(error),
    }),
  }),
});

const VideoOutcomesType = builder.objectRef<VideoOutcomes>("VideoOutcomes").implement({
  description: "The outcome for each of many videos.",
  fields: (t) => ({
    outcomes: t.field({
      type: [VideoOutcomeType],
      description: "One per video, in the order of `ids`, or newest first with a filter.",
      resolve: ({ outcomes }) => outcomes,
    }),
    failedCount: t.int({
      description: "Number of outcomes with an `error`.",
      resolve: ({ outcomes }) => outcomes.filter(({ error }) => error !== null).length,
    }),
    hasMore: t.exposeBoolean("hasMore", { description: "Whether the filter matches more than `first`." }),
    endCursor: t.exposeString("endCursor", {
      nullable: true,
      description:
        "Position of the filter's last video, for `after`; null with `ids`, and when none matched.",
    }),
  }),
});

/** Each change holds a database connection for its transaction. */
const CONCURRENCY = 4;

/** Changes videos independently: one that fails does not affect the others. */
async function eachVideo(
  { ids, ...page }: ChosenVideos,
  change: (videoId: string) => Promise<unknown>,
): Promise<VideoOutcomes> {
  const outcomeOf = async (id: string): Promise<VideoOutcome> => {
    try {
      await change(subjectKey("Video", id));
      return { id, error: null };
    } catch (error) {
      const failure = asStoreFull(error);
      if (failure instanceof ExpectedError) return { id, error: failure };
      throw error;
    }
  };
  const outcomes: VideoOutcome[] = [];
  for (let start = 0; start < ids.length; start += CONCURRENCY) {
    outcomes.push(...(await Promise.all(ids.slice(start, start + CONCURRENCY).map(outcomeOf))));
  }
  return { outcomes, ...page };
}

type FieldBuilder = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, "InputObject">;

/** The fields that choose videos. */
const choiceFields = (t: FieldBuilder, note = "") => ({
  ids: t.idList({
    description: `The videos' ids, at most ${MAX_PAGE_SIZE}. Use either \`ids\` or \`filter\`.`,
  }),
  filter: t.field({
    type: VideoFilter,
    description: `The matching videos, newest first. At least one condition.${note}`,
  }),
  first: t.int({
    description: `Maximum number of the filter's videos. Default: ${MAX_PAGE_SIZE}, the maximum.`,
  }),
  after: t.string({
    description:
      "Continue after this position: the `endCursor` of the previous request, or a cursor of `videos`.",
  }),
});

type Choice = Parameters<typeof chooseVideos>[2];

/** A filter without conditions would match every video. Throws `InvalidInputError`. */
async function chooseForChange(ctx: Context, { workspaceId }: { workspaceId: string }, choice: Choice) {
  if (choice.filter && isUnconditional(choice.filter)) {
    const message = "filter: has no condition and would match every video. Add at least one.";
    throw new InvalidInputError("FILTER_EMPTY", "filter", message);
  }
  return chooseVideos(ctx, workspaceId, choice);
}

const DeleteVideosInput = builder.inputType("DeleteVideosInput", {
  description: "The videos to delete.",
  fields: (t) => choiceFields(t),
});

builder.mutationField("deleteVideos", (t) =>
  t.field({
    type: VideoOutcomesType,
    errors: mayFailWith(InvalidInputError),
    description:
      "Deletes many videos, each as `deleteVideo` does. Safe to repeat: a video that was deleted before has the error `VIDEO_NOT_FOUND`.",
    args: inputOf(DeleteVideosInput),
    resolve: async (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const chosen = await chooseForChange(ctx, viewer, input);
      return eachVideo(chosen, (videoId) => deleteVideo(ctx.operations, viewer, { videoId }));
    },
  }),
);

const RetryVideosInput = builder.inputType("RetryVideosInput", {
  description: "The videos to render again.",
  fields: (t) => ({
    ...choiceFields(t, " Default `status`: FAILED."),
    idempotencyKey: t.string({
      description:
        "Chosen by the client, 1 to 200 characters: requests with the same key retry each video at most once. Kept at least 24 hours.",
    }),
  }),
});

builder.mutationField("retryVideos", (t) =>
  t.field({
    type: VideoOutcomesType,
    errors: mayFailWith(InvalidInputError),
    description:
      "Retries many videos, each as `retryVideo` does. A video in progress has the error `JOB_NOT_ENDED`.",
    args: inputOf(RetryVideosInput),
    resolve: async (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { idempotencyKey = null, filter, ...choice } = input;
      if (idempotencyKey !== null) checkIdempotencyKey(idempotencyKey);
      const failed = filter && { ...filter, status: filter.status ?? ["FAILED" as const] };
      const chosen = await chooseVideos(ctx, viewer.workspaceId, { ...choice, filter: failed });
      return eachVideo(chosen, (videoId) =>
        retryVideo(ctx.operations, viewer, { videoId, idempotencyKey, isOneOfMany: true }),
      );
    },
  }),
);

const TagVideosInput = builder.inputType("TagVideosInput", {
  description: "Tags to add to many videos, and to remove from them.",
  fields: (t) => ({
    ...choiceFields(t),
    add: t.stringList({ description: "Tags that each video receives, at most 50." }),
    remove: t.stringList({ description: "Tags that each video loses, at most 100." }),
  }),
});

builder.mutationField("tagVideos", (t) =>
  t.field({
    type: VideoOutcomesType,
    errors: mayFailWith(InvalidInputError),
    description: "Adds and removes tags of many videos. Other tags are unchanged. Safe to repeat.",
    args: inputOf(TagVideosInput),
    resolve: async (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const add = checkTags("add", input.add ?? []);
      const remove = boundedList("remove", input.remove ?? []);
      const chosen = await chooseForChange(ctx, viewer, input);
      return eachVideo(chosen, (videoId) => tagVideo(ctx, viewer, { videoId, add, remove }));
    },
  }),
);
