/** Filters from a decoded frame to a frame of one size. */
export { DEINTERLACE, planCommonFilters, planPictureFilters } from "./plan-picture-filters.ts";
export { planTimes } from "./plan-times.ts";
export { trim } from "./trim.ts";
