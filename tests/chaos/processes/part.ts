/** A process of the system under test, as faults see it. */
export interface Part extends AsyncDisposable {
  readonly name: string;
  /** SIGKILL; it stays down until started. Everything that belongs to it dies at the same moment. */
  kill(): Promise<void>;
  /** Starts it again after a kill, as a supervisor would: at the same address, on the same data. */
  start(): Promise<void>;
  /** SIGSTOP. */
  freeze(): Promise<void>;
  /** SIGCONT; does nothing to one that runs. */
  thaw(): Promise<void>;
}
