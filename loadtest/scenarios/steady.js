// 10,000 orders an hour, for ten minutes (MINUTES sets another length).
import exec from "k6/execution";
import { SUMMARY, THRESHOLDS, send } from "../orders.js";

export const options = {
  scenarios: {
    orders: {
      executor: "constant-arrival-rate", rate: 10000, timeUnit: "1h", duration: `${__ENV.MINUTES || 10}m`,
      preAllocatedVUs: 20, maxVUs: 200,
    },
  },
  thresholds: THRESHOLDS,
  summaryTrendStats: SUMMARY,
};

export default () => send(exec.scenario.iterationInTest);
