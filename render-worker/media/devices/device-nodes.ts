import { readdir } from "node:fs/promises";

/** GPU device nodes: NVIDIA's, render nodes of other vendors, and the node of Windows Subsystem for Linux. */
const isOfGpu = (path: string): boolean =>
  /^(?:nvidia(?!-nv)[\w-]*(?:\/[\w-]+)?|dri\/renderD\d+|dxg)$/.test(path);

/** The machine's nodes that a program needs to use a GPU. Empty without one. */
export async function findDeviceNodes(folder = "/dev"): Promise<string[]> {
  const list = (path: string) => readdir(path).catch(() => []);
  const [top, dri, caps] = await Promise.all([
    list(folder),
    list(`${folder}/dri`),
    list(`${folder}/nvidia-caps`),
  ]);
  const paths = [
    ...top.filter((name) => name !== "nvidia-caps"),
    ...dri.map((name) => `dri/${name}`),
    ...caps.map((name) => `nvidia-caps/${name}`),
  ];
  return paths.filter(isOfGpu).map((path) => `${folder}/${path}`);
}
