// Numbers that look random and are the same in every run, and ids made of them.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(from: number, until: number): number {
    return from + this.next() * (until - from);
  }

  int(from: number, until: number): number {
    return Math.floor(this.between(from, until + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** A ULID of that time. */
  ulid(at: number): string {
    let time = "";
    for (let rest = Math.floor(at), i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = (ALPHABET[rest % 32] ?? "0") + time;
    let random = "";
    for (let i = 0; i < 16; i += 1) random += ALPHABET[this.int(0, 31)] ?? "0";
    return time + random;
  }
}
