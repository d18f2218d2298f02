import { useQuery } from "@apollo/client/react";
import { useSearch } from "wouter";
import { ScriptOfVideoDocument } from "../api/index.ts";
import { useSession } from "../session/index.ts";
import { Empty, Pending } from "../ui/index.ts";
import "./animate.css";
import type { Draft } from "./draft.ts";
import { examples } from "./examples.ts";
import { presetOf } from "./preset-of.ts";
import { Studio } from "./studio.tsx";

const blank: Draft = {
  script: `from manim import *


class Lesson(Scene):
    def construct(self):
        circle = Circle()
        self.play(Create(circle))
        self.play(Transform(circle, Square()))
        self.wait()
`,
  ...{ title: "", scene: "", quality: "MEDIUM", aspectRatio: "WIDE", renderer: "CAIRO", seed: 0 },
  ...{ materials: [], videos: [] },
};

/**
 * A script and its video. `?example=NAME` starts from an example, `?from=ID` from a video's script;
 * `?video=ID` shows that video beside.
 */
export default function AnimatePage() {
  const params = new URLSearchParams(useSearch());
  const video = params.get("video");
  const from = params.get("from");
  if (!useSession().can("WRITE")) {
    return (
      <Empty title="This key cannot create videos" isWholePage>
        <p>Drawing animations requires a key with the scope WRITE.</p>
      </Empty>
    );
  }
  if (from !== null) return <CopyStudio key={from} id={from} video={video} />;
  const example = examples.find(({ name }) => name === params.get("example"));
  const original = example
    ? { ...blank, script: example.script, title: example.title, aspectRatio: example.aspectRatio }
    : blank;
  const name = example?.name ?? "";
  return <Studio key={name} origin={{ example: name }} original={original} video={video} />;
}

/** Edits the script of a video, to correct it or to make a copy. */
function CopyStudio({ id, video }: { id: string; video: string | null }) {
  const { data, error, refetch } = useQuery(ScriptOfVideoDocument, { variables: { id } });
  const source = data?.video?.source;
  if (!data) return <Pending what="the script" error={error} rows={6} onRetry={refetch} />;
  if (source?.script == null || source.animation == null) {
    return (
      <Empty title="No script found" isWholePage>
        <p>The video was deleted, belongs to another workspace, or was not drawn from a script.</p>
      </Empty>
    );
  }
  const { scene, renderer, seed, materials } = source.animation;
  const title = data.video?.title ?? "";
  const original = {
    ...{ ...blank, ...presetOf(source.animation), script: source.script, scene: scene ?? "", title },
    ...{ renderer, seed, materials },
  };
  return <Studio origin={{ from: id, title }} original={original} video={video} />;
}
