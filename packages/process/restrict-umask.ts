/**
 * Restricts new files to this process's user (0640) and new folders likewise (0750); its group may read. A
 * stricter mask stays.
 */
export function restrictUmask(): void {
  process.umask(process.umask() | 0o027);
}
