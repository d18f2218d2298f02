/** What the back ends on Modal share. */
export { openModalApi } from "./modal-api.ts";
export { modalSettings, objectName } from "./settings.ts";
