/** A source and its video side by side: the video plays while it is drawn. */

export { EditionNotice } from "./edition-notice.tsx";
export { Stage, type StagedVideo, useStagedVideo } from "./stage.tsx";
export { Versions } from "./versions.tsx";
