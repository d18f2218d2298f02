import { readFile } from "node:fs/promises";
import {
  checkData,
  languageOf,
  loadTemplate,
  messageOf,
  type PlannedScene,
  planScenes,
  planTimeline,
  spokenTexts,
  type Template,
  TemplateError,
  type Timeline,
} from "@reelay/templates";
import { Canvas } from "./canvas.ts";
import { Images } from "./images.ts";
import { type Job, MAX_STILLS } from "./job.ts";
import {
  assertFits,
  sendCounted,
  sendDone,
  sendPicture,
  sendScenes,
  sendSounds,
  sendSpoken,
  sendStep,
  warn,
} from "./messages.ts";
import { paintOrders } from "./paint-orders.ts";
import { paintRows } from "./paint-rows.ts";
import { send } from "./records.ts";
import { SceneDrawing, type Studio } from "./scene-drawing.ts";
import { frameOf } from "./still-frame.ts";

/**
 * Does what the job asks for. Throws a `TemplateError` for what its author can change.
 *
 * @param end ends the program while a picture is being drawn
 */
export async function paint(job: Job, end: (error: TemplateError) => never): Promise<void> {
  const template = await loadTemplate(job.template);
  const data = await readData(job.data);
  const open = (language: string) => openStudio(job, template, { language, end });
  if (job.mode === "ROWS" || job.mode === "ROW_STILLS") return await paintRows(job, { template, data, open });
  const checked = checkData(template.manifest, data);
  if (!checked.ok) throw new TemplateError(...checked.issues);
  const language = languageOf(checked.data);
  const scenes = planScenes(template, checked.data);
  const timeline = planTimeline(scenes, job.clips, job.frameRate);
  const studio = await open(language);
  const prepare = (planned: PlannedScene) => SceneDrawing.create(planned, studio);
  switch (job.mode) {
    case "CHECK":
    case "STILL": {
      const wanted = job.mode === "STILL" ? wantedScenes(job, timeline) : [];
      const drawings = new Map<number, SceneDrawing>();
      sendScenes(timeline);
      sendSpoken(spokenTexts(scenes, language));
      for (const [index, planned] of timeline.scenes.entries()) {
        const drawing = await prepare(planned);
        for (const issue of drawing.issues) warn(issue);
        if (wanted.includes(index)) drawings.set(index, drawing);
      }
      sendCounted(timeline);
      if (job.mode === "STILL") sendPicture(job);
      for (const index of wanted) {
        const [planned, drawing] = [timeline.scenes[index], drawings.get(index)];
        if (!planned || !drawing) continue;
        sendStep(index, planned);
        send.frame(await drawing.still(frameOf(planned, job)), 1);
      }
      return sendDone(timeline, drawings.size);
    }
    case "SCENES":
      return await paintOrders(job, { scenes, language, prepare });
    case "DRAW": {
      sendCounted(timeline);
      sendSounds(timeline.sounds);
      sendPicture(job);
      for (const [index, planned] of timeline.scenes.entries()) {
        sendStep(index, planned);
        if (index < job.startAt) continue;
        const drawing = await prepare(planned);
        assertFits(drawing.issues);
        await drawing.send();
      }
      return sendDone(timeline, timeline.frames);
    }
  }
}

async function openStudio(
  job: Job,
  template: Template,
  { language, end }: { language: string; end: (error: TemplateError) => never },
): Promise<Studio> {
  const [width, height] = template.manifest.size;
  const folders = [job.template, ...(job.materials ? [job.materials.folder] : [])];
  const canvas = new Canvas({
    ...{ size: { width, height }, scale: job.width / width, language },
    ...{ images: new Images(folders), onTooCostly: end },
  });
  for (const folder of folders)
    for (const name of await canvas.fonts.addFolder(folder))
      warn({ code: "FONT_UNREADABLE", path: name, message: `${name} is no font, and is not used.` });
  return { canvas, css: template.css, output: job, isOverVideo: job.isOverVideo };
}

/** Indexes of the scenes to show, each once. After the last scene there is none, and it is shown instead. */
function wantedScenes({ stills }: Job, { scenes }: Timeline): readonly number[] {
  if (stills.scenes === null) return [...scenes.keys()].slice(0, MAX_STILLS);
  return [...new Set(stills.scenes.map((index) => Math.min(index, scenes.length - 1)))];
}

async function readData(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new TemplateError({
      code: "DATA_INVALID",
      path: "",
      message: `The data is no JSON: ${messageOf(error)}.`,
    });
  }
}
