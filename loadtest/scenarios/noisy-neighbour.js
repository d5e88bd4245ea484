// One shop sends 500 orders/s, the other 49 together 20. What they wait, from webhook to points, must be as if they were alone: the
// report has it by shop (check.sql).
import exec from "k6/execution";
import { SUMMARY, THRESHOLDS, send } from "../orders.js";

const NOISY = "load-1.myshopify.com";

export const options = {
  scenarios: {
    noisy: {
      executor: "constant-arrival-rate", exec: "noisy", rate: 500, timeUnit: "1s", duration: "60s", preAllocatedVUs: 100, maxVUs: 1000,
    },
    quiet: {
      executor: "constant-arrival-rate", exec: "quiet", rate: 20, timeUnit: "1s", duration: "60s", preAllocatedVUs: 20, maxVUs: 200,
    },
  },
  thresholds: { ...THRESHOLDS, "http_req_duration{neighbour:quiet}": ["p(99)<100"] },
  summaryTrendStats: SUMMARY,
};

export const noisy = () => send(exec.scenario.iterationInTest, NOISY, { neighbour: "noisy" });
export const quiet = () => {
  const number = 1000000 + exec.scenario.iterationInTest;
  send(number, `load-${(number % 49) + 2}.myshopify.com`, { neighbour: "quiet" });
};
