import { useState } from "react";

/**
 * Takes a video file, dropped or chosen. `awaited`: the name of the file whose upload was begun and goes on.
 */
export function DropZone({ awaited, onFile }: { awaited: string | null; onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) onFile(file);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is beside the input, which keyboards and screen readers reach
    <label
      className="reelay-drop"
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <input
        type="file"
        accept="video/*,.mkv,.ts,.mts,.mxf,.avi,.flv"
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      <span>
        Drop a video here, or <strong>choose a file</strong>
      </span>
      <span className="reelay-hint">
        {awaited ? `Choose ${awaited} again to go on with its upload.` : "It goes straight to Reelay."}
      </span>
    </label>
  );
}
