import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { correctVideo } from "../corrections/index.ts";
import { useDraft } from "../drafts/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Stage, type StagedVideo, useStagedVideo, Versions } from "../stage/index.ts";
import { CheckIcon, PlayIcon, RetryIcon, Select, TextField } from "../ui/index.ts";
import { createVideo } from "../uploads/index.ts";
import { CheckLine } from "./check-line.tsx";
import type { Draft } from "./draft.ts";
import { Editor, type EditorHandle } from "./editor/index.ts";
import { examples } from "./examples.ts";
import { type Problem, toProblem } from "./problem.ts";
import { ProblemList } from "./problem-list.tsx";
import { SceneField } from "./scene-field.tsx";
import { Settings } from "./settings.tsx";
import { toManim } from "./to-manim.ts";
import { useCheck } from "./use-check.ts";
import { withoutPath } from "./without-path.ts";

/** What a draft started from: nothing, an example, or a video's script. */
type Origin = { example: string } | { from: string; title: string };

interface StudioProps {
  origin: Origin;
  /** The draft before anything was changed. */
  original: Draft;
  /** Id of the video beside; null: none. */
  video: string | null;
}

const nameOf = (origin: Origin): string =>
  "from" in origin ? `from-${origin.from}` : origin.example === "" ? "new" : `example-${origin.example}`;

const addressOf = (origin: Origin, video: string | null): string =>
  routes.animate({ ...("from" in origin ? { from: origin.from } : { example: origin.example }), video });

/** A script in an editor, and its video beside. */
export function Studio({ origin, original, video: videoId }: StudioProps) {
  const { workspace } = useSession();
  const [, navigate] = useLocation();
  const client = useApolloClient();
  const { draft, change } = useDraft(workspace.id, nameOf(origin), original);
  const staged = useStagedVideo(videoId);
  const editor = useRef<EditorHandle>(null);
  const stage = useRef<HTMLElement>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [rendered, setRendered] = useState<string | null>(null);
  // A repeat after a lost answer must not create a second video.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const edit = (part: Partial<Draft>) => {
    change(part);
    setRefusal(null);
    setIdempotencyKey(crypto.randomUUID());
  };
  useFailure(staged.video, draft.script, setProblems);
  const { check, isChecking, checked, problem } = useCheck(draft, ({ script, check: { issues } }) => {
    // A script may fail only when it is drawn: that error stays until its text has changed.
    const hasFailed = staged.video?.error != null && staged.video.source?.script === script;
    if (issues.length > 0 || !hasFailed) setProblems(issues);
  });

  /** Sends the script, and shows its video. */
  const send = async (request: () => Promise<string>) => {
    if (isBusy) return;
    setIsBusy(true);
    setRefusal(null);
    setProblems([]);
    try {
      const id = await request();
      setRendered(id);
      setIdempotencyKey(crypto.randomUUID());
      navigate(addressOf(origin, id));
      // Below the editor on a phone.
      stage.current?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  };
  const create = async () => {
    const manim = toManim(draft);
    const title = draft.title.trim() || manim.scene || "Animation";
    const { id } = await createVideo(client, { title, source: { manim }, idempotencyKey });
    change({ videos: [id, ...draft.videos] });
    return id;
  };
  const from = "from" in origin ? origin.from : null;
  const correct = async (videoId: string) => {
    await correctVideo(client, { videoId, source: { manim: toManim(draft) }, idempotencyKey });
    return videoId;
  };
  const render = () => void send(from === null ? create : () => correct(from));
  const isOfScene = refusal?.startsWith("source.manim.scene") ?? false;
  const sentence = refusal && withoutPath(refusal);
  return (
    <div className="studio">
      <title>Animate · Reelay</title>
      <div className="page-head">
        <h1>Animate</h1>
        <StartFrom origin={origin} onChoose={(example) => navigate(addressOf({ example }, null))} />
        {draft.script !== original.script && (
          <button
            type="button"
            className="button"
            onClick={() => {
              editor.current?.replace(original.script);
              edit({ ...original, videos: draft.videos });
            }}
          >
            <RetryIcon /> Start over
          </button>
        )}
      </div>
      {from !== null && (
        <p className="muted">
          <strong>Update the video</strong> corrects it at its address: viewers get the new edition as soon as
          it is finished. <strong>Create a copy</strong> leaves the video as it is.
        </p>
      )}
      <div className="studio-columns">
        <section className="stack" aria-label="Script">
          <form
            className="studio-fields"
            onSubmit={(event) => {
              event.preventDefault();
              render();
            }}
          >
            <TextField
              label={from === null ? "Title" : "Title of a copy"}
              value={draft.title}
              maxLength={500}
              placeholder="Animation"
              onText={(title) => edit({ title })}
            />
            <SceneField
              script={draft.script}
              scenes={checked?.check.scenes ?? null}
              value={draft.scene}
              problem={isOfScene ? sentence : null}
              onText={(scene) => edit({ scene })}
            />
            <div className="studio-buttons">
              {from !== null && (
                <button type="button" className="button" disabled={isBusy} onClick={() => void send(create)}>
                  <PlayIcon /> Create a copy
                </button>
              )}
              <button type="submit" className="button primary" disabled={isBusy}>
                {from === null ? (
                  <>
                    <PlayIcon /> Render
                  </>
                ) : (
                  <>
                    <CheckIcon /> Update the video
                  </>
                )}
              </button>
            </div>
          </form>
          <Settings draft={draft} onChange={edit} />
          <Editor
            text={draft.script}
            problems={problems}
            ref={editor}
            onText={(script) => edit({ script })}
            onRun={render}
          />
          {sentence && !isOfScene && (
            <p className="notice bad" role="alert">
              {sentence}
            </p>
          )}
          <CheckLine
            isChecking={isChecking}
            check={checked?.check ?? null}
            problem={problem}
            onCheck={check}
          />
          <div role="status">
            <ProblemList
              problems={problems}
              onGoTo={({ line, column }) => line !== null && editor.current?.goTo(line, column)}
            />
          </div>
        </section>
        <section className="stack stage" aria-label="Video" ref={stage}>
          <Stage
            id={videoId}
            hint="Render the script: its video plays here while it is drawn."
            isNew={videoId === rendered}
            staged={staged}
          />
          <Versions ids={draft.videos} shown={videoId} addressOf={(id) => addressOf(origin, id)} />
        </section>
      </div>
    </div>
  );
}

/** Chooses what to start from. Each example has a draft of its own, so nothing is replaced. */
function StartFrom({ origin, onChoose }: { origin: Origin; onChoose: (example: string) => void }) {
  const copy = "from" in origin ? [{ value: "?", text: `Script of ${origin.title}` }] : [];
  const own = { value: "", text: "My script" };
  const options = examples.map(({ name, title }) => ({ value: name, text: `Example: ${title}` }));
  return (
    <Select
      label="Script"
      isInline
      value={"from" in origin ? "?" : origin.example}
      options={[...copy, own, ...options]}
      onText={(value) => value !== "?" && onChoose(value)}
    />
  );
}

/** Shows why a video failed at its line, if its script is still the one in the editor. */
function useFailure(
  video: StagedVideo | null,
  script: string,
  onProblems: (problems: readonly Problem[]) => void,
): void {
  const latest = useRef({ script, onProblems });
  useEffect(() => {
    latest.current = { script, onProblems };
  });
  const failed = video?.error ? video.id : null;
  const { error = null, source = null } = video ?? {};
  useEffect(() => {
    if (failed !== null && error !== null && source?.script === latest.current.script)
      latest.current.onProblems([toProblem(error)]);
    // Once per failed video.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [failed]);
}
