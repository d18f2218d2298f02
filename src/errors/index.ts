/** Expected failures. */
export {
  ConflictError,
  ExpectedError,
  ForbiddenError,
  InvalidInputError,
  InvalidProfileError,
  NotFoundError,
  QuotaExceededError,
  StoreFullError,
  UnauthenticatedError,
} from "./errors.ts";
