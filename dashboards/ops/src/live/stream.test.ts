// The stream's life: live, silent, lost, paused, hidden, signed out.
import { beforeEach, describe, expect, it } from "vitest";
import { LiveStream } from "./stream.ts";

class FakeSocket extends EventTarget {
  closed = false;
  close() {
    this.closed = true;
  }
  says(data: string) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  ends(code: number) {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

const AT = "2026-11-27T14:48:10.000Z";
const snapshot = (seq: number) => JSON.stringify({ seq, at: AT });

let now: number;
let timers: { at: number; call: () => void }[];
let sockets: FakeSocket[];
let stream: LiveStream;

function pass(ms: number) {
  const until = now + ms;
  for (;;) {
    const due = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
    if (!due) break;
    timers = timers.filter((timer) => timer !== due);
    now = due.at;
    due.call();
  }
  now = until;
}

const newest = () => {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};

beforeEach(() => {
  now = 1_000_000;
  timers = [];
  sockets = [];
  stream = new LiveStream("ws://x/stream", {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    now: () => now,
    random: () => 1,
    later: (call, ms) => {
      const timer = { at: now + ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  });
  stream.start();
});

describe("the stream", () => {
  it("is live from the first message, and knows the server's clock", () => {
    expect(stream.state().phase).toBe("connecting");
    newest().says(snapshot(1));
    expect(stream.state()).toMatchObject({ phase: "live", snapshot: { seq: 1 } });
    pass(2_500);
    expect(new Date(stream.serverNow()).toISOString()).toBe("2026-11-27T14:48:12.500Z");
  });

  it("ignores what it cannot read", () => {
    newest().says("{");
    expect(stream.state().phase).toBe("connecting");
  });

  it("takes silence for a broken connection and keeps the data", () => {
    newest().says(snapshot(1));
    pass(5_999);
    expect(stream.state().phase).toBe("live");
    pass(1);
    expect(stream.state()).toMatchObject({ phase: "offline", snapshot: { seq: 1 }, retryAt: now + 1_000 });
    expect(sockets[0]?.closed).toBe(true);
  });

  it("waits longer after each failure, up to the longest, and starts anew after a message", () => {
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      newest().ends(1_006);
      const { retryAt = 0 } = stream.state();
      waits.push(retryAt - now);
      pass(retryAt - now);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    newest().says(snapshot(2));
    newest().ends(1_006);
    expect((stream.state().retryAt ?? 0) - now).toBe(1_000);
  });

  it("stays offline while it tries, until a message comes", () => {
    newest().ends(1_006);
    pass(1_000);
    expect(stream.state().phase).toBe("offline");
    newest().says(snapshot(3));
    expect(stream.state().phase).toBe("live");
  });

  it("can be told to try at once", () => {
    newest().ends(1_006);
    stream.reconnect();
    expect(sockets).toHaveLength(2);
    pass(1_000);
    expect(sockets, "the wait was given up").toHaveLength(2);
  });

  it("has no connection while it is paused, and ignores late messages", () => {
    newest().says(snapshot(1));
    stream.pause();
    expect(stream.state()).toMatchObject({ phase: "paused", pausedAt: Date.parse(AT) });
    expect(newest().closed).toBe(true);
    newest().says(snapshot(2));
    expect(stream.state().snapshot?.seq).toBe(1);
    pass(100_000);
    expect(sockets).toHaveLength(1);
    stream.resume();
    expect(sockets).toHaveLength(2);
  });

  it("has no connection while the page is hidden, and a pause outlasts that", () => {
    stream.setHidden(true);
    expect(stream.state().phase).toBe("hidden");
    stream.setHidden(false);
    expect(sockets).toHaveLength(2);
    stream.pause();
    stream.setHidden(true);
    stream.setHidden(false);
    expect(stream.state().phase).toBe("paused");
    expect(sockets).toHaveLength(2);
  });

  it("ends with the session", () => {
    newest().ends(4_401);
    expect(stream.state().phase).toBe("ended");
    pass(100_000);
    expect(sockets).toHaveLength(1);
  });
});
