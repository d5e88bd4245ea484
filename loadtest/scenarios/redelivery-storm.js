// Shopify repeats what it believes was not taken: each webhook eight times at once, 50 orders/s, 400 requests/s.
import exec from "k6/execution";
import http from "k6/http";
import { SUMMARY, THRESHOLDS, count, request } from "../orders.js";

const DELIVERIES = 8;

export const options = {
  batch: DELIVERIES,
  batchPerHost: DELIVERIES,
  scenarios: {
    storm: { executor: "constant-arrival-rate", rate: 50, timeUnit: "1s", duration: "60s", preAllocatedVUs: 50, maxVUs: 500 },
  },
  thresholds: THRESHOLDS,
  summaryTrendStats: SUMMARY,
};

export default () => {
  const number = exec.scenario.iterationInTest;
  const once = request(number);
  count(number, http.batch(Array(DELIVERIES).fill(once)));
};
