/** Files that this process makes from now on are for its user (0640) and folders, too (0750); its group may read. A stricter mask stays. */
export function closeToOthers(): void {
  process.umask(process.umask() | 0o027);
}
