import { useApolloClient } from "@apollo/client/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { explain, RefusedError, type TemplateFormQuery } from "../api/index.ts";
import { correctVideo } from "../corrections/index.ts";
import { useDraft } from "../drafts/index.ts";
import { count } from "../format/index.ts";
import { ImportTables } from "../imports/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Stage, useStagedVideo, Versions } from "../stage/index.ts";
import { BackIcon, CheckIcon, PlayIcon, RetryIcon, TextField, TrashIcon, useTell } from "../ui/index.ts";
import { createVideo } from "../uploads/index.ts";
import { type Draft, titleOf, toCorrection, toSource, withQuestions } from "./draft.ts";
import { DataForm, findEmpty, isEqual, isObject, type Json, readFields, setAt } from "./form/index.ts";
import { loadQuestions } from "./load-questions.ts";
import { Narration } from "./narration.tsx";
import { placeOf } from "./place-of.ts";
import { SetNotice } from "./set-notice.tsx";
import { Still } from "./still.tsx";
import { toProblems } from "./to-problems.ts";
import { useStill } from "./use-still.ts";

export type Template = NonNullable<TemplateFormQuery["template"]>;

/** What a draft started from: the data of a video, the questions of a set, or the template's example. */
interface Origin {
  from?: string;
  set?: string;
}

const draftName = (template: string, { from, set }: Origin): string =>
  from !== undefined
    ? `template-from-${from}`
    : set !== undefined
      ? `template-${template}-set-${set}`
      : `template-${template}`;

interface TemplateStudioProps {
  template: Template;
  origin: Origin;
  /** The draft before anything was changed. */
  original: Draft;
  /** Id of the video beside; null: none. */
  video: string | null;
}

const noProblems: ReadonlyMap<string, string> = new Map();

/** A template's form, and its video beside. */
export function TemplateStudio({ template, origin, original, video: videoId }: TemplateStudioProps) {
  const { workspace } = useSession();
  const [, navigate] = useLocation();
  const client = useApolloClient();
  const tell = useTell();
  const { name } = template;
  const { draft, change } = useDraft(workspace.id, draftName(name, origin), original);
  const staged = useStagedVideo(videoId);
  const stage = useRef<HTMLElement>(null);
  const fields = useMemo(() => readFields(template.dataSchema), [template]);
  const [problems, setProblems] = useState(noProblems);
  const [attempt, setAttempt] = useState(0);
  const [visited, setVisited] = useState("");
  const [mark, setMark] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [rendered, setRendered] = useState<string | null>(null);
  // A repeat after a lost answer must not create a second video.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const edit = useCallback(
    (part: Partial<Draft> | ((draft: Draft) => Partial<Draft>)) => {
      change(part);
      setRefusal(null);
      setIdempotencyKey(crypto.randomUUID());
    },
    [change],
  );
  const setData = useCallback(
    (path: string, value: Json | undefined) => {
      edit(({ data }) => {
        const next = setAt(data, path, value);
        return isObject(next) ? { data: next } : {};
      });
      setProblems((now) => withoutPath(now, path));
    },
    [edit],
  );
  const place = useMemo(() => placeOf(template), [template]);
  const importSet = async (id: string) => {
    if (place === null) return;
    try {
      const loaded = await loadQuestions(client, id, place.limit);
      edit(({ data }) => ({ data: withQuestions(data, loaded, place), questionSet: id }));
      setProblems(noProblems);
    } catch (error) {
      tell(explain(error), "bad");
    }
  };
  const restart = (part: Partial<Draft>) => {
    edit(part);
    setProblems(noProblems);
  };
  const addressOf = (video: string | null) => routes.template(name, { ...origin, video });

  /** Sends the data, and shows its video. */
  const send = async (request: () => Promise<string>) => {
    if (isBusy) return;
    setRefusal(null);
    const empty = findEmpty(fields, draft.data);
    setProblems(empty);
    setAttempt((now) => now + 1);
    if (empty.size > 0) return;
    setIsBusy(true);
    try {
      const id = await request();
      setRendered(id);
      setIdempotencyKey(crypto.randomUUID());
      navigate(addressOf(id));
      // Below the form on a phone.
      stage.current?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (error instanceof RefusedError && error.issues.length > 0) {
        setProblems(toProblems(error.issues));
        setAttempt((now) => now + 1);
      } else setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  };
  const create = async () => {
    const source = { template: toSource(draft, template) };
    const title = titleOf(draft, template.title);
    const { id } = await createVideo(client, { title, source, idempotencyKey });
    change({ videos: [id, ...draft.videos] });
    return id;
  };
  const { from } = origin;
  const correct = async (videoId: string) => {
    const source = { template: toCorrection(draft, template) };
    await correctVideo(client, { videoId, source, idempotencyKey });
    return videoId;
  };
  const isIncomplete = useMemo(() => findEmpty(fields, draft.data).size > 0, [fields, draft.data]);
  const still = useStill({
    ...{ source: isIncomplete ? null : toSource(draft, template), data: draft.data, visited, mark },
    onProblems: setProblems,
  });
  const faults = problems.size > 0 && `${count(problems.size, "value")} to correct, marked below.`;
  return (
    <div className="studio">
      <title>{`${template.title} · Reelay`}</title>
      <Link href={routes.templates} className="back">
        <BackIcon /> Templates
      </Link>
      <div className="page-head">
        <h1>{template.title}</h1>
        <div className="page-tools">
          {!isEqual(draft.data, {}) && (
            <button type="button" className="button" onClick={() => restart({ data: {}, questionSet: "" })}>
              <TrashIcon /> Empty the form
            </button>
          )}
          {!isEqual(draft.data, original.data) && (
            <button
              type="button"
              className="button"
              onClick={() => restart({ data: original.data, questionSet: original.questionSet })}
            >
              <RetryIcon />{" "}
              {draftName(name, origin) === `template-${name}` ? "Show the example" : "Start over"}
            </button>
          )}
        </div>
      </div>
      {place && (
        <p className="muted">
          Drop or paste a CSV of questions here, or use the questions of a set:{" "}
          <Link href={routes.questions}>Questions</Link>.
        </p>
      )}
      {from !== undefined && (
        <p className="muted">
          <strong>Update the video</strong> corrects it at its address: viewers get the new edition as soon as
          it is finished. <strong>Create a copy</strong> leaves the video as it is.
        </p>
      )}
      {place && <ImportTables onImported={(id) => void importSet(id)} />}
      <div className="studio-columns">
        <form
          className="stack template-form"
          aria-label="Data"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void send(from === undefined ? create : () => correct(from));
          }}
        >
          <div className="field-row">
            <TextField
              label={from === undefined ? "Title of the video" : "Title of a copy"}
              value={draft.title}
              maxLength={500}
              placeholder={titleOf({ ...draft, title: "" }, template.title)}
              onText={(title) => edit({ title })}
            />
            {from !== undefined && (
              <button type="button" className="button" disabled={isBusy} onClick={() => void send(create)}>
                <PlayIcon /> Create a copy
              </button>
            )}
            <button type="submit" className="button primary" disabled={isBusy}>
              {from === undefined ? (
                <>
                  <PlayIcon /> Create video
                </>
              ) : (
                <>
                  <CheckIcon /> Update the video
                </>
              )}
            </button>
          </div>
          <Narration draft={draft} template={template} onChange={edit} />
          {(faults || refusal !== null) && (
            <p className="notice bad" role="alert">
              {faults || refusal}
            </p>
          )}
          {place && draft.questionSet !== "" && <SetNotice id={draft.questionSet} limit={place.limit} />}
          <DataForm
            fields={fields}
            data={draft.data}
            problems={problems}
            attempt={attempt}
            onChange={setData}
            onVisit={setVisited}
          />
        </form>
        <section className="stack stage" aria-label="Video" ref={stage}>
          {videoId !== null && (
            <Stage
              id={videoId}
              hint="Create the video: it plays here while it is drawn."
              isNew={videoId === rendered}
              staged={staged}
            />
          )}
          <Still {...{ template, still, isIncomplete, mark }} onMark={setMark} />
          <Versions ids={draft.videos} shown={videoId} addressOf={addressOf} />
        </section>
      </div>
    </div>
  );
}

/** A value that was changed has no known problem, nor has what it contains. */
function withoutPath(problems: ReadonlyMap<string, string>, path: string): ReadonlyMap<string, string> {
  const kept = [...problems].filter(([one]) => one !== path && !one.startsWith(`${path}/`));
  return kept.length === problems.size ? problems : new Map(kept);
}
