/** Filters from a decoded picture to one of a size. */
export { deinterlace, planCommonFilters, planPictureFilters } from "./plan-picture-filters.ts";
export { planTimes } from "./plan-times.ts";
export { trim } from "./trim.ts";
