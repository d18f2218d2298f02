/** The GraphQL client, its documents and the state of the connection. */

export { type ConsoleClient, createConsoleClient } from "./client.ts";
export { type ConnectionState, createStore, type Store } from "./connection.ts";
export { explain, refusal } from "./explain.ts";
export { ScriptOfVideoDocument } from "./generated/animate.ts";
export {
  BatchCostDocument,
  BatchesDocument,
  BatchIssuesDocument,
  BatchLiveDocument,
  BatchPageDocument,
  BatchRowCountDocument,
  BatchRowsDocument,
  BatchStillsDocument,
  CancelBatchDocument,
  CreateBatchDocument,
  DeleteBatchDocument,
  ExportBatchRowsDocument,
  PauseBatchDocument,
  PreviewBatchDocument,
  ReplaceBatchRowsDocument,
  ResumeBatchDocument,
  RetryBatchDocument,
  StartBatchDocument,
} from "./generated/batches.ts";
export { CheckSourceDocument } from "./generated/checks.ts";
export { UpdateVideoSourceDocument } from "./generated/corrections.ts";
export { FailedJobsDocument, RetryJobsDocument } from "./generated/failed.ts";
export { ImportQuestionsDocument } from "./generated/imports.ts";
export { ApiKeysDocument, CreateApiKeyDocument, RevokeApiKeyDocument } from "./generated/keys.ts";
export { LaunchesPageDocument } from "./generated/launches.ts";
export { LibraryDocument, NewRowDocument } from "./generated/library.ts";
export { VideoLiveDocument, VideosLiveDocument, WorkspaceEventsDocument } from "./generated/live.ts";
export {
  CompleteMaterialDocument,
  CreateMaterialDocument,
  DeleteMaterialDocument,
  MaterialDocument,
  MaterialsDocument,
} from "./generated/materials.ts";
export {
  AcceptQuestionDocument,
  DeleteQuestionSetDocument,
  ExportQuestionsDocument,
  GenerateQuestionsDocument,
  QuestionSetHeadDocument,
  QuestionSetsDocument,
  QuestionsOfSetDocument,
  QuestionTemplatesDocument,
  RejectQuestionDocument,
  UpdateQuestionDocument,
  VerifyQuestionDocument,
} from "./generated/questions.ts";
export { PauseQueueDocument, QueuePageDocument, ResumeQueueDocument } from "./generated/queue.ts";
export { SessionDocument } from "./generated/session.ts";
export { VideoFailureDocument } from "./generated/stage.ts";
export {
  ClipVideosDocument,
  CreateTemplateDocument,
  DataOfVideoDocument,
  DeleteTemplateDocument,
  OwnTemplatesDocument,
  QuestionsForTemplateDocument,
  TemplateFormDocument,
  TemplatesDocument,
  UnusedOfSetDocument,
  VoicesDocument,
} from "./generated/templates.ts";
export type {
  AnimationRenderer,
  ApiKeyRowFragment,
  ApiKeyScope,
  AspectRatio,
  AttemptOutcome,
  BackgroundInput,
  BatchHeadFragment,
  BatchRowFilter,
  BatchRowLineFragment,
  BatchRowStatus,
  BatchSourceInput,
  BatchStatus,
  CaptionRowFragment,
  CheckedSourceFragment,
  CheckSourceInput,
  CreateTemplateInput,
  CreateVideoInput,
  ErrorScope,
  FailedJobsQuery,
  FailureTextFragment,
  JobDetailFragment,
  JobFilter,
  JobStatus,
  LaunchesPageQuery,
  LibraryQuery,
  ManimQuality,
  MaterialRowFragment,
  OwnTemplateFragment,
  PlayerStateFragment,
  QuestionDifficulty,
  QuestionSetHeadQuery,
  QuestionSetRowFragment,
  QuestionSetStatus,
  QuestionStatus,
  QuestionsForTemplateQueryVariables,
  QueuePageQuery,
  QueueStateFragment,
  RetryJobsInput,
  ReviewedQuestionFragment,
  TemplateFormQuery,
  TemplateSourceInput,
  TemplateStatus,
  TemplatesQuery,
  UpdateVideoSourceInput,
  UploadProtocol,
  VariantStatus,
  VideoDamagesFragment,
  VideoEditionsFragment,
  VideoEventsQuery,
  VideoExtrasFragment,
  VideoFilter,
  VideoHistoryQuery,
  VideoMovingFragment,
  VideoPageQuery,
  VideoRowFragment,
  VideoStatus,
  VoicesQuery,
  WebhookDeliveryQuery,
  WebhookDeliveryRowFragment,
  WebhookDeliveryStatus,
  WebhookEndpointRowFragment,
  WorkspaceEventsSubscription,
} from "./generated/types.ts";
export {
  AwaitedUploadDocument,
  CompleteUploadDocument,
  CreateVideoDocument,
  ProfilesDocument,
} from "./generated/uploads.ts";
export {
  CancelJobDocument,
  DeleteVideoDocument,
  FreshPlaybackDocument,
  PlayerStateFragmentDoc,
  PrioritizeJobDocument,
  RemoveCaptionsDocument,
  RepairVideoDocument,
  RequestDownloadDocument,
  RequestPreviewDocument,
  RetryJobDocument,
  RetryVariantDocument,
  SetCaptionsDocument,
  SetPosterDocument,
  UpdateVideoDocument,
  VideoEventsDocument,
  VideoHistoryDocument,
  VideoPageDocument,
} from "./generated/video.ts";
export {
  CreateWebhookEndpointDocument,
  DeleteWebhookEndpointDocument,
  DisableWebhookEndpointDocument,
  EnableWebhookEndpointDocument,
  RedeliverFailedWebhooksDocument,
  RedeliverWebhookDocument,
  RotateWebhookSecretDocument,
  SendTestWebhookDocument,
  UpdateWebhookEndpointDocument,
  WebhookDeliveriesDocument,
  WebhookDeliveryDocument,
  WebhookEndpointDocument,
  WebhookEndpointsDocument,
} from "./generated/webhooks.ts";
export { RefusedError } from "./refused-error.ts";
