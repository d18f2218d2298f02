/** A process of the system under test, as the target of faults. */
export interface Part extends AsyncDisposable {
  readonly name: string;
  /** SIGKILL; it stays down until started. Its children die at the same moment. */
  kill(): Promise<void>;
  /** Restarts it after a kill as a supervisor would: same address, same data. */
  start(): Promise<void>;
  /** SIGSTOP. */
  freeze(): Promise<void>;
  /** SIGCONT; no effect on a running process. */
  thaw(): Promise<void>;
}
