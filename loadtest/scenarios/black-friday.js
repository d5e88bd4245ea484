// Black Friday: up to 700 orders/s within a minute, two minutes of it, a spike to three times for 20 s, and down again. The objectives of
// time hold at 700 orders/s (phase `peak`); in the spike nothing may be lost.
import exec from "k6/execution";
import { SUMMARY, THRESHOLDS, send } from "../orders.js";

const RATE = Number(__ENV.RATE || 700);
const arrivals = (startTime, startRate, stages) => ({
  executor: "ramping-arrival-rate", startTime, startRate, timeUnit: "1s", stages, preAllocatedVUs: 200, maxVUs: 1000, gracefulStop: "30s",
});

export const options = {
  scenarios: {
    ramp: { ...arrivals("0s", 20, [{ target: RATE, duration: "60s" }]), env: { PART: "0", PHASE: "ramp" } },
    peak: { ...arrivals("60s", RATE, [{ target: RATE, duration: "120s" }]), env: { PART: "1", PHASE: "peak" } },
    spike: { ...arrivals("180s", RATE * 3, [{ target: RATE * 3, duration: "20s" }]), env: { PART: "2", PHASE: "spike" } },
    after: { ...arrivals("200s", RATE, [{ target: RATE / 4, duration: "40s" }]), env: { PART: "3", PHASE: "after" } },
  },
  thresholds: {
    orders_not_accepted: ["count==0"],
    dropped_iterations: ["count==0"],
    "http_req_duration{phase:peak}": ["p(99)<100"],
    "http_req_duration{phase:spike}": ["p(99)<5000"],
  },
  summaryTrendStats: SUMMARY,
};

// The parts have a million numbers each.
export default () => send(Number(__ENV.PART) * 1000000 + exec.scenario.iterationInTest, undefined, { phase: __ENV.PHASE });
