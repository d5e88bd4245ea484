// Does it work at all: 20 orders/s for 15 s. Thresholds of time are those of a debug build on a busy machine.
import exec from "k6/execution";
import { SUMMARY, THRESHOLDS, send } from "../orders.js";

export const options = {
  scenarios: {
    orders: { executor: "constant-arrival-rate", rate: 20, timeUnit: "1s", duration: "15s", preAllocatedVUs: 20, maxVUs: 100 },
  },
  thresholds: { ...THRESHOLDS, "http_req_duration{name:webhook}": ["p(99)<1000"] },
  summaryTrendStats: SUMMARY,
};

export default () => send(exec.scenario.iterationInTest);
