// The stream of snapshots: one WebSocket for the page. It is closed while the person has paused it or the page is hidden, and opened
// again with growing waits after a failure. Holds the newest snapshot only.
import type { Snapshot } from "../api/generated/ops.schemas.ts";

/** Version of the messages, as the WebSocket's subprotocol. */
export const PROTOCOL = "ops.v1";
/** Without a message for so long, the connection is taken for broken. */
const SILENCE_MS_MAX = 6_000;
/** First wait after a failure; doubled each time, up to the longest. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;
/** The server ends the stream with this code when the session has ended. */
const CLOSED_SIGNED_OUT = 4401;

export type Phase =
  /** No message yet. */
  | "connecting"
  | "live"
  /** By the person. */
  | "paused"
  /** The page is not seen. */
  | "hidden"
  /** Broken: tried again at `retryAt`. */
  | "offline"
  /** The session is over. */
  | "ended";

export interface LiveState {
  readonly phase: Phase;
  readonly snapshot?: Snapshot;
  /** When the newest snapshot came, by the browser's clock. */
  readonly receivedAt?: number;
  /** Since when it is paused, by the server's clock. */
  readonly pausedAt?: number;
  readonly retryAt?: number;
}

/** What the stream needs of its surroundings, so that tests can replace it. */
export interface Surroundings {
  readonly open: (url: string, protocol: string) => WebSocket;
  readonly now: () => number;
  readonly random: () => number;
  readonly later: (call: () => void, ms: number) => () => void;
}

const browser: Surroundings = {
  open: (url, protocol) => new WebSocket(url, protocol),
  now: () => Date.now(),
  random: () => Math.random(),
  later: (call, ms) => {
    const timer = setTimeout(call, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

export class LiveStream {
  #state: LiveState = { phase: "connecting" };
  #socket: WebSocket | undefined;
  #failures = 0;
  #paused = false;
  #hidden = false;
  #started = false;
  #cancelRetry: () => void = () => undefined;
  #cancelWatch: () => void = () => undefined;
  /** How far the server's clock is ahead of ours. */
  #ahead = 0;
  readonly #listeners = new Set<() => void>();
  readonly #url: string;
  readonly #around: Surroundings;

  constructor(url: string, around: Surroundings = browser) {
    this.#url = url;
    this.#around = around;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): LiveState => this.#state;

  /** The server's clock. */
  readonly serverNow = (): number => this.#around.now() + this.#ahead;

  /** Learns the server's clock from an answer, too, so that ages are right before the stream is open. */
  learn(at: string): void {
    if (!this.#state.snapshot) this.#ahead = Date.parse(at) - this.#around.now();
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
  }

  stop(): void {
    this.#started = false;
    this.#disconnect();
    this.#set({ phase: "ended" });
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#disconnect();
    this.#set({ phase: "paused", pausedAt: this.serverNow() });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#failures = 0;
    if (this.#started) this.#connect();
  }

  /** Follows the visibility of the page. */
  setHidden(hidden: boolean): void {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    if (this.#paused || !this.#started) return;
    if (hidden) {
      this.#disconnect();
      this.#set({ phase: "hidden" });
    } else {
      this.#failures = 0;
      this.#connect();
    }
  }

  /** Tries at once, whatever the wait. */
  reconnect(): void {
    if (this.#paused || this.#hidden || !this.#started || this.#state.phase === "live") return;
    this.#disconnect();
    this.#connect();
  }

  #set(change: Partial<LiveState> & { phase: Phase }): void {
    const { snapshot, receivedAt } = this.#state;
    this.#state = { ...(snapshot && { snapshot }), ...(receivedAt !== undefined && { receivedAt }), ...change };
    for (const listener of this.#listeners) listener();
  }

  #disconnect(): void {
    this.#cancelRetry();
    this.#cancelWatch();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1_000);
  }

  #connect(): void {
    if (this.#paused || this.#hidden) return;
    if (this.#state.phase !== "offline") this.#set({ phase: "connecting" });
    const socket = this.#around.open(this.#url, PROTOCOL);
    this.#socket = socket;
    const ours = () => this.#socket === socket;
    socket.addEventListener("message", (event) => {
      if (ours()) this.#take(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (ours()) this.#lost(event.code);
    });
    this.#watch();
  }

  /** Gives up a connection that says nothing. */
  #watch(): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#around.later(() => {
      const socket = this.#socket;
      this.#lost(0);
      socket?.close();
    }, SILENCE_MS_MAX);
  }

  #take(data: unknown): void {
    let snapshot: Snapshot;
    try {
      snapshot = JSON.parse(String(data)) as Snapshot;
    } catch {
      return;
    }
    this.#failures = 0;
    this.#watch();
    const now = this.#around.now();
    this.#ahead = Date.parse(snapshot.at) - now;
    this.#set({ phase: "live", snapshot, receivedAt: now });
  }

  #lost(code: number): void {
    this.#cancelWatch();
    this.#socket = undefined;
    if (code === CLOSED_SIGNED_OUT) {
      this.#started = false;
      this.#set({ phase: "ended" });
      return;
    }
    const wait = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.#failures);
    this.#failures += 1;
    // Half of the wait is random, so that all viewers do not come back at once.
    const ms = wait / 2 + (this.#around.random() * wait) / 2;
    this.#set({ phase: "offline", retryAt: this.#around.now() + ms });
    this.#cancelRetry = this.#around.later(() => {
      this.#connect();
    }, ms);
  }
}
