import { builder } from "../builder.ts";

interface Request {
  requestUrl: string;
  requestHeaders: unknown;
}

const WebhookRequest = builder.objectRef<Request>("WebhookRequest").implement({
  description: "What was sent: a POST. Its body is the delivery's `payload`.",
  fields: (t) => ({
    url: t.exposeString("requestUrl", { description: "Where to." }),
    headers: t.expose("requestHeaders", {
      type: "JSON",
      description: "By name, the signature among them.",
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
      description: "By name, in lower case.",
      resolve: ({ responseHeaders }) => responseHeaders ?? {},
    }),
    body: t.string({
      description: "The beginning of the body, as text: at most 4,096 bytes.",
      resolve: ({ responseBody }) => responseBody ?? "",
    }),
    isCut: t.exposeBoolean("isResponseCut", { description: "Whether the body went on." }),
  }),
});

const WebhookError = builder.objectRef<{ code: string; message: string }>("WebhookError").implement({
  description: "Why a webhook's message was not taken.",
  fields: (t) => ({
    code: t.exposeString("code", {
      description:
        "`HTTP_STATUS`, `REDIRECT_REFUSED`, `ADDRESS_REFUSED`, `TIMEOUT` or `UNREACHABLE`; switch on it.",
    }),
    message: t.exposeString("message", {
      description: "A sentence for people: what was expected, what came, what to do.",
    }),
  }),
});

export const WebhookAttempt = builder.prismaObject("WebhookAttempt", {
  description: "One request of a webhook delivery, and what came back.",
  select: { deliveryId: true, number: true },
  fields: (t) => ({
    number: t.exposeInt("number", { description: "Counted from 1 within the delivery." }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When it began." }),
    durationMs: t.exposeInt("durationMs", {
      description: "Milliseconds until the answer was there, or the wait for it was over.",
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
      description: "What came back; null when nothing did.",
      select: { responseStatus: true, responseHeaders: true, responseBody: true, isResponseCut: true },
      resolve: ({ responseStatus: status, ...rest }) => (status === null ? null : { status, ...rest }),
    }),
    error: t.field({
      type: WebhookError,
      nullable: true,
      description: "Why it was not taken; null when it was (any status from 200 to 299).",
      select: { errorCode: true, errorMessage: true },
      resolve: ({ errorCode: code, errorMessage: message }) =>
        code === null ? null : { code, message: message ?? code },
    }),
  }),
});
