import { builder } from "../builder.ts";

interface Request {
  requestUrl: string;
  requestHeaders: unknown;
}

const WebhookRequest = builder.objectRef<Request>("WebhookRequest").implement({
  description: "The POST request that was sent. Its body is the delivery's `payload`.",
  fields: (t) => ({
    url: t.exposeString("requestUrl", { description: "Where to." }),
    headers: t.expose("requestHeaders", {
      type: "JSON",
      description: "Headers by name, including the signature.",
    }),
  }),
});

interface Response {
  status: number;
  responseHeaders: unknown;
  responseBody: string | null;
  isResponseCut: boolean;
}

const WebhookResponse = builder.objectRef<Response>("WebhookResponse").implement({
  description: "What came back.",
  fields: (t) => ({
    status: t.exposeInt("status", { description: "The HTTP status." }),
    headers: t.field({
      type: "JSON",
      description: "Headers by lowercase name.",
      resolve: ({ responseHeaders }) => responseHeaders ?? {},
    }),
    body: t.string({
      description: "The start of the body as text, at most 4,096 bytes.",
      resolve: ({ responseBody }) => responseBody ?? "",
    }),
    isCut: t.exposeBoolean("isResponseCut", { description: "Whether the body was longer." }),
  }),
});

const WebhookError = builder.objectRef<{ code: string; message: string }>("WebhookError").implement({
  description: "Why an endpoint did not accept a message.",
  fields: (t) => ({
    code: t.exposeString("code", {
      description:
        "`HTTP_STATUS`, `REDIRECT_REFUSED`, `ADDRESS_REFUSED`, `TIMEOUT` or `UNREACHABLE`. Switch on it.",
    }),
    message: t.exposeString("message", {
      description: "A readable explanation: what was expected, what happened, what to do.",
    }),
  }),
});

export const WebhookAttempt = builder.prismaObject("WebhookAttempt", {
  description: "One request of a webhook delivery, and its response.",
  select: { deliveryId: true, number: true },
  fields: (t) => ({
    number: t.exposeInt("number", { description: "Number of the attempt within the delivery, from 1." }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When it began." }),
    durationMs: t.exposeInt("durationMs", {
      description: "Milliseconds until the response or the timeout.",
    }),
    request: t.field({
      type: WebhookRequest,
      description: "What was sent.",
      select: { requestUrl: true, requestHeaders: true },
      resolve: (attempt) => attempt,
    }),
    response: t.field({
      type: WebhookResponse,
      nullable: true,
      description: "The response. Null if there was none.",
      select: { responseStatus: true, responseHeaders: true, responseBody: true, isResponseCut: true },
      resolve: ({ responseStatus: status, ...rest }) => (status === null ? null : { status, ...rest }),
    }),
    error: t.field({
      type: WebhookError,
      nullable: true,
      description: "Why it was not accepted. Null if it was (any status from 200 to 299).",
      select: { errorCode: true, errorMessage: true },
      resolve: ({ errorCode: code, errorMessage: message }) =>
        code === null ? null : { code, message: message ?? code },
    }),
  }),
});
