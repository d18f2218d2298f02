import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of the bench. Ends when its channel to us does. */
export interface Child extends AsyncDisposable {
  process: ChildProcess;
  /** The next thing that it says. Rejects when it ends instead. */
  answer<T>(): Promise<T>;
}

export function startChild(file: URL, args: string[] = []): Child {
  const child = fork(file, args, {
    stdio: "inherit",
    // As in the images: graphql-js checks more without it, for both sides alike.
    env: { ...process.env, NODE_ENV: "production", METADATA_SERVER_DETECTION: "none" },
  });
  const exited = once(child, "exit");
  return {
    process: child,
    async answer<T>() {
      const [message] = (await Promise.race([
        once(child, "message"),
        exited.then(() => {
          throw new Error(`${file.pathname} ended; its words are above`);
        }),
      ])) as [T];
      return message;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
