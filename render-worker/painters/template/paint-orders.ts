import { createHash } from "node:crypto";
import {
  type PlannedScene,
  planTimeline,
  type Scene,
  spokenTexts,
  type TemplateIssue,
} from "@reelay/templates";
import type { Job } from "./job.ts";
import {
  assertFits,
  sendCounted,
  sendDone,
  sendPicture,
  sendScene,
  sendSounds,
  sendSpoken,
  sendStep,
} from "./messages.ts";
import { Orders } from "./orders.ts";
import type { SceneDrawing } from "./scene-drawing.ts";

interface Film {
  scenes: readonly Scene[];
  language: string;
  prepare: (planned: PlannedScene) => Promise<SceneDrawing>;
}

/**
 * Draws the scenes that the worker orders, and announces each one once the lengths of its texts are known.
 * While nothing is ordered, it checks scenes. Throws a `TemplateError` for texts that do not fit.
 */
export async function paintOrders(job: Job, { scenes, language, prepare }: Film): Promise<void> {
  const texts = spokenTexts(scenes, language);
  const estimated = planTimeline(scenes, {}, job.frameRate);
  sendSpoken(texts);
  sendCounted(estimated);
  sendPicture(job);
  const orders = new Orders();
  /** By text; null: it is not spoken. */
  const told = new Map<string, number | null>();
  const planned: PlannedScene[] = [];
  const announce = () => {
    const untold = texts.find(({ id }) => !told.has(id));
    const known = untold === undefined ? scenes.length : untold.scene;
    if (known === planned.length) return;
    const clips = Object.fromEntries([...told].filter((clip): clip is [string, number] => clip[1] !== null));
    for (const scene of planTimeline(scenes, clips, job.frameRate).scenes.slice(planned.length, known)) {
      sendSounds(scene.sounds);
      sendScene(planned.length, keyOf(scene, language), scene);
      planned.push(scene);
    }
  };
  const unchecked = estimated.scenes.values();
  const issues: TemplateIssue[] = [];
  /** Whether one was left. */
  const checkNext = async (): Promise<boolean> => {
    const { value: scene } = unchecked.next();
    if (scene === undefined) {
      assertFits(issues.splice(0));
      return false;
    }
    issues.push(...(await prepare(scene)).issues);
    return true;
  };
  announce();
  for (;;) {
    const order = orders.next() ?? ((await checkNext()) ? orders.next() : await orders.wait());
    if (order === undefined) continue;
    if (order === "END") {
      return sendDone(
        { scenes: planned },
        planned.reduce((sum, { frames }) => sum + frames, 0),
      );
    }
    if (order.type === "clips") {
      for (const [id, length] of Object.entries(order.clips)) told.set(id, length);
      announce();
      continue;
    }
    for (const [index, scene] of planned.slice(order.from, order.to).entries()) {
      sendStep(order.from + index, scene);
      const drawing = await prepare(scene);
      assertFits(drawing.issues);
      await drawing.send();
    }
  }
}

/** Everything that a scene shows, besides the template and the picture's size. */
const keyOf = ({ scene: { html, fits }, properties, frames }: PlannedScene, language: string): string =>
  createHash("sha256")
    .update(JSON.stringify([html, fits, language, Object.entries(properties), frames]))
    .digest("hex");
