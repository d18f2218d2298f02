/** Rights of Landlock, as in `linux/landlock.h`. */
const right = {
  execute: 0x1,
  write: 0x2,
  read: 0x4,
  list: 0x8,
  removeFolder: 0x10,
  removeFile: 0x20,
  makeFolder: 0x80,
  makeFile: 0x100,
  moveBetweenFolders: 0x2000,
  truncate: 0x4000,
  control: 0x8000,
} as const;

const reading = right.execute | right.read | right.list;
/** Written files cannot be executed; links, pipes, sockets and devices cannot be created. */
const writing =
  right.read |
  right.list |
  right.write |
  right.truncate |
  right.removeFolder |
  right.removeFile |
  (right.makeFolder | right.makeFile | right.moveBetweenFolders);
const using = right.read | right.write | right.truncate | right.control;
/** Rights that apply to a single file. */
const ofFiles = right.execute | right.write | right.read | right.truncate | right.control;

/** The first versions that restrict TCP, requests to devices, and signals and abstract sockets. */
export const abiWith = { network: 4, control: 5, scopes: 6 } as const;

interface LandlockPlan {
  abi: number;
  readable: readonly string[];
  writable: readonly string[];
  devices: readonly string[];
  /** The one TCP port that the program may connect to. */
  port?: number;
}

/** Directives for the launcher. Pure. All rights of this version are denied, except these. */
export function planLandlock({ abi, readable, writable, devices, port }: LandlockPlan): string[] {
  const known = abi >= abiWith.control ? 0xffff : 0x7fff;
  const path = (rights: number) => (at: string) => `path=${rights & known}:${at}`;
  return [
    `landlock=${abi}:${known}:3:3`,
    `fileRights=${ofFiles & known}`,
    ...readable.map(path(reading)),
    ...writable.map(path(writing)),
    ...devices.map(path(using)),
    ...(port === undefined ? [] : [`port=${port}`]),
  ];
}
