import type { ApolloClient } from "@apollo/client";
import { useApolloClient, useQuery } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";
import { Link, useSearch } from "wouter";
import { DataOfVideoDocument, TemplateFormDocument } from "../api/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Empty, Pending } from "../ui/index.ts";
import { fromBackground } from "./background.ts";
import { blankDraft, type Draft, withQuestions } from "./draft.ts";
import { isObject } from "./form/index.ts";
import { loadQuestions } from "./load-questions.ts";
import { placeOf } from "./place-of.ts";
import { type Template, TemplateStudio } from "./template-studio.tsx";
import "./templates.css";

/**
 * A template's form and its video. `?from=ID` starts from the data of a video, `?set=ID` from the questions
 * of a set; `?video=ID` shows that video beside.
 */
export default function TemplatePage({ name }: { name: string }) {
  const params = new URLSearchParams(useSearch());
  const { data, error, refetch } = useQuery(TemplateFormDocument, {
    variables: { name },
    fetchPolicy: "cache-first",
  });
  if (!useSession().can("WRITE")) {
    return (
      <Empty title="This key cannot create videos" isWholePage>
        <p>Creating a video from a template requires a key with the scope WRITE.</p>
      </Empty>
    );
  }
  if (!data) return <Pending what="the template" error={error} rows={6} onRetry={refetch} />;
  const { template } = data;
  if (template === null) {
    return (
      <Empty title="Template not found" isWholePage>
        <p>
          <Link href={routes.templates}>Choose another template</Link>
        </p>
      </Empty>
    );
  }
  const from = params.get("from");
  const video = params.get("video");
  if (from !== null) return <CopyStudio key={from} template={template} id={from} video={video} />;
  const set = params.get("set");
  if (set !== null) return <SetStudio key={set} template={template} id={set} video={video} />;
  const example = isObject(template.example) ? template.example : {};
  return (
    <TemplateStudio
      key={template.name}
      template={template}
      origin={{}}
      original={{ ...blankDraft, data: example }}
      video={video}
    />
  );
}

/** Starts from the questions of a set. */
function SetStudio({ template, id, video }: { template: Template; id: string; video: string | null }) {
  const client = useApolloClient();
  const [original, setOriginal] = useState<Draft | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = useCallback(
    () =>
      loadOriginal(client, template, id).then(
        (loaded) => {
          setOriginal(loaded);
          setError(null);
        },
        (reason: unknown) => setError(reason),
      ),
    [client, id, template],
  );
  useEffect(() => void load(), [load]);
  if (original === null) return <Pending what="the questions" error={error} rows={6} onRetry={load} />;
  return <TemplateStudio template={template} origin={{ set: id }} original={original} video={video} />;
}

/** The example with the questions of a set. */
async function loadOriginal(client: ApolloClient, template: Template, id: string): Promise<Draft> {
  const example = isObject(template.example) ? template.example : {};
  const place = placeOf(template);
  if (place === null) return { ...blankDraft, data: example };
  const loaded = await loadQuestions(client, id, place.limit);
  return { ...blankDraft, data: withQuestions(example, loaded, place), questionSet: id };
}

/** Edits a copy of a video's data. */
function CopyStudio({ template, id, video }: { template: Template; id: string; video: string | null }) {
  const { data, error, refetch } = useQuery(DataOfVideoDocument, { variables: { id } });
  if (!data) return <Pending what="the data" error={error} rows={6} onRetry={refetch} />;
  const { title, source } = data.video ?? {};
  const { composition, data: content } = source ?? {};
  if (composition?.template !== template.name || !isObject(content)) {
    return (
      <Empty title="No data found" isWholePage>
        <p>The video was deleted, belongs to another workspace, or was made of another template.</p>
      </Empty>
    );
  }
  const { width, height, isSilent, voice, rate, music, background, materials } = composition;
  const shorter = Math.min(width, height);
  const original: Draft = {
    ...{ ...blankDraft, title: title ?? "", data: content },
    ...{ voice: isSilent ? "NONE" : (voice ?? ""), rate: rate ?? 1 },
    height: shorter === Math.min(template.width, template.height) ? 0 : shorter,
    background: fromBackground(background),
    ...{ music: music?.materialId ?? "", materials: materials.map(({ materialId }) => materialId) },
  };
  return <TemplateStudio template={template} origin={{ from: id }} original={original} video={video} />;
}
