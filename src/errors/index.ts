/** Expected failures. */
export {
  ConflictError,
  ExpectedError,
  ForbiddenError,
  InvalidInputError,
  InvalidProfileError,
  InvalidTableError,
  NotFoundError,
  QuotaExceededError,
  StoreFullError,
  UnauthenticatedError,
} from "./errors.ts";
