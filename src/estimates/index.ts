/** What a render would cost, before anything runs. */
export {
  estimateRender,
  type OfferEstimate,
  type RenderEstimate,
} from "./estimate-render.ts";
