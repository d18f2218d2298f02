import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { explain } from "../api/index.ts";
import { percentOf } from "../format/index.ts";
import { Bar, UploadIcon, useTell } from "../ui/index.ts";
import { type PathFile, useUploads } from "../uploads/index.ts";
import { createTemplate } from "./create-template.ts";
import { isTemplate, readTemplateFiles } from "./template-files.ts";

interface AddTemplateProps {
  /** Called when a version begins to be checked, and when the API has answered. */
  onChange: () => void;
}

/** Creates a template of a folder or a ZIP file that is dropped on the page or chosen. */
export function AddTemplate({ onChange }: AddTemplateProps) {
  const client = useApolloClient();
  const tell = useTell();
  const { acceptDrops } = useUploads();
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);
  /** Sent fraction; null: nothing is sent. */
  const [sent, setSent] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isBusy = sent !== null;
  const add = useCallback(
    async (files: readonly PathFile[]) => {
      setProblem(null);
      setSent(0);
      try {
        const { title, version, status } = await createTemplate(client, readTemplateFiles(files), setSent);
        if (status === "READY") tell(`${title}, version ${version}, is ready.`, "good");
      } catch (error) {
        setProblem(explain(error));
      } finally {
        setSent(null);
        onChange();
      }
    },
    [client, onChange, tell],
  );
  useEffect(() => {
    if (sent === 1) onChange();
  }, [sent, onChange]);
  useEffect(
    () =>
      acceptDrops((files) => {
        if (!isTemplate(files)) return false;
        if (isBusy) tell("Another template is being sent. Drop it again when that is done.", "bad");
        else void add(files);
        return true;
      }),
    [acceptDrops, add, isBusy, tell],
  );
  return (
    <div className="stack" aria-busy={isBusy}>
      <div className="drop-target stack-tight">
        {sent === null ? (
          <>
            <p>Drop a template’s folder or ZIP file on this page, or</p>
            <p className="tools">
              <button type="button" className="button" onClick={() => folder.current?.click()}>
                <UploadIcon /> Choose a folder
              </button>
              <button type="button" className="button" onClick={() => archive.current?.click()}>
                <UploadIcon /> Choose a ZIP file
              </button>
            </p>
          </>
        ) : (
          <div className="template-sending">
            <p role="status">
              {sent < 1 ? `Sending its files: ${percentOf(sent)} %` : "A worker draws its example…"}
            </p>
            <Bar fraction={sent} label="Sent of the template" />
          </div>
        )}
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder of the template"
        // Not among the attributes that React types.
        {...{ webkitdirectory: "" }}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          if (files.length > 0) void add(files.map((file) => ({ path: file.webkitRelativePath, file })));
          currentTarget.value = "";
        }}
      />
      <input
        ref={archive}
        type="file"
        accept=".zip"
        hidden
        aria-label="ZIP file of the template"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void add([{ path: file.name, file }]);
          currentTarget.value = "";
        }}
      />
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
