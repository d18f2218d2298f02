/** Expected failures. */
export {
  ConflictError,
  type DataIssue,
  ExpectedError,
  ForbiddenError,
  InvalidDataError,
  InvalidInputError,
  InvalidProfileError,
  InvalidTableError,
  NotFoundError,
  QuotaExceededError,
  StoreFullError,
  UnauthenticatedError,
} from "./errors.ts";
