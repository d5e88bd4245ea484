// BullMQ as a contender: reads commands, one JSON line each, and answers (../src/queue/protocol.rs says what they mean).
// Does what ../src/queue/runner.rs does for the contenders in Rust, and nothing else.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const NAME = 'award-points';
const LOG_ID_HEAD = '01JD8Q3VN7Z9M0A2';
const PACED_CALLS_MAX = 64;
const CLOSE_MS_MAX = 10_000;

const url = process.argv[2];
// As its documents advise: a producer fails fast, a worker waits for its connection.
const producerConnection = new Redis(url);
const queue = new Queue(NAME, { connection: producerConnection, defaultJobOptions: { removeOnComplete: true } });
await queue.waitUntilReady();

// CLOCK_MONOTONIC, which the processes of a machine share.
const nowUs = () => Number(process.hrtime.bigint() / 1000n);
const data = (n) => ({ log_id: LOG_ID_HEAD + String(n).padStart(10, '0') });

function enqueue(from, to) {
  if (to - from === 1) return queue.add(NAME, data(from));
  const jobs = [];
  for (let n = from; n < to; n++) jobs.push({ name: NAME, data: data(n) });
  return queue.addBulk(jobs);
}

async function bulk({ count, batch, calls }) {
  let next = 0;
  const caller = async () => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + batch);
      await enqueue(from, next);
    }
  };
  await Promise.all(Array.from({ length: calls }, caller));
}

function paced({ count, jobs_per_s, batch }) {
  const sentUs = [];
  const calls = new Set();
  const begun = nowUs();
  return new Promise((resolve, reject) => {
    const tick = async () => {
      const now = nowUs();
      const from = sentUs.length;
      let to = from;
      while (to < count && to / jobs_per_s <= (now - begun) / 1e6) to++;
      for (let n = from; n < to; n++) sentUs.push(now);
      for (let n = from; n < to; n += batch) {
        while (calls.size >= PACED_CALLS_MAX) await Promise.race(calls);
        const call = enqueue(n, Math.min(to, n + batch)).then(() => calls.delete(call), reject);
        calls.add(call);
      }
      if (to < count) setTimeout(tick, 1);
      else Promise.all(calls).then(() => resolve(sentUs), reject);
    };
    tick().catch(reject);
  });
}

let worker = null;
let workerConnection = null;
let log = { handled: 0, runs: new Uint32Array(0), startedUs: [] };

async function prepare({ count, concurrency }) {
  const mine = { handled: 0, runs: new Uint32Array(count), startedUs: new Array(count).fill(0) };
  log = mine;
  const handle = async (job) => {
    const text = job.data.log_id;
    const n = Number(text.slice(LOG_ID_HEAD.length));
    if (text.startsWith(LOG_ID_HEAD) && n < count) {
      mine.runs[n]++;
      mine.startedUs[n] = nowUs();
    }
    mine.handled++;
  };
  workerConnection = new Redis(url, { maxRetriesPerRequest: null });
  worker = new Worker(NAME, handle, { connection: workerConnection, concurrency, autorun: false });
  worker.on('error', (error) => console.error(error));
  await worker.waitUntilReady();
}

async function stop() {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('the worker does not close')), CLOSE_MS_MAX); });
  await Promise.race([worker.close(), late]);
  clearTimeout(timer);
  workerConnection.disconnect();
}

function report() {
  let seen = '';
  let doubled = 0;
  const { runs } = log;
  for (let n = 0; n < runs.length; n += 4) {
    let digit = 0;
    for (let bit = 0; bit < 4 && n + bit < runs.length; bit++) {
      if (runs[n + bit] > 0) digit |= 1 << bit;
      doubled += Math.max(0, runs[n + bit] - 1);
    }
    seen += digit.toString(16);
  }
  return { handled: log.handled, doubled, seen, started_us: log.startedUs };
}

async function carryOut(command) {
  switch (command.do) {
    case 'bulk': await bulk(command); return {};
    case 'single': await bulk({ count: command.count, batch: 1, calls: command.producers }); return {};
    case 'paced': return { sent_us: await paced(command) };
    case 'prepare': await prepare(command); return {};
    case 'work': worker.run().catch((error) => console.error(error)); return {};
    case 'handled': return { handled: log.handled };
    case 'pending': {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
      return { pending: Object.values(counts).reduce((sum, count) => sum + count, 0) };
    }
    case 'report': return report();
    case 'stop': await stop(); return {};
    default: throw new Error(`no such command: ${command.do}`);
  }
}

const tell = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const { version } = createRequire(import.meta.url)('bullmq/package.json');
tell({ version });
for await (const line of createInterface({ input: process.stdin })) {
  const begun = nowUs();
  try {
    const answer = await carryOut(JSON.parse(line));
    tell({ ...answer, ms: (nowUs() - begun) / 1000 });
  } catch (error) {
    tell({ error: String(error?.stack ?? error) });
  }
}
process.exit(0);
