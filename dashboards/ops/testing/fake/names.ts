// Names and figures of the invented platform.
import type { Actor } from "../../src/api/generated/ops.schemas.ts";

export const KINDS = [
  // name, waiting, done/s, slots, p50 wait ms, p50 run ms, limit ms
  ["klaviyo-send", 12_480, 0, 64, 2_400, 180, 120_000],
  ["csv-import", 3, 0, 0, 1_100, 9_200, 300_000],
  ["create-discount", 186, 8.9, 40, 1_800, 410, 120_000],
  ["award-points", 214, 342.1, 1_024, 4.1, 3.2, 10_000],
  ["cancel-adjustment", 12, 11.2, 1_024, 3.8, 3.6, 10_000],
  ["gdpr-export", 1, 0.0006, 4, 210, 3_400, 3_600_000],
  ["postscript-send", 31, 6.1, 32, 120, 230, 120_000],
  ["expiry-notice", 0, 0, 16, 88, 12, 600_000],
  ["expire-points", 0, 0, 8, 6.2, 18, 600_000],
  ["gdpr-redact", 0, 0, 4, 0, 0, 3_600_000],
  ["rfm-refresh", 0, 0.3, 8, 14, 41_000, 600_000],
  ["maintenance", 0, 0.0025, 8, 9.1, 1_200, 900_000],
] as const;

export const DELAYED: Record<string, number> = {
  "klaviyo-send": 1_204,
  "create-discount": 74,
  "award-points": 18,
  "cancel-adjustment": 3,
  "postscript-send": 6,
  "expiry-notice": 4_310,
  "rfm-refresh": 1,
  maintenance: 5,
};
export const RUNNING: Record<string, number> = {
  "create-discount": 40,
  "award-points": 96,
  "cancel-adjustment": 9,
  "gdpr-export": 1,
  "postscript-send": 7,
  "rfm-refresh": 2,
  maintenance: 1,
};
export const OLDEST: Record<string, number> = {
  "klaviyo-send": 848_000,
  "csv-import": 372_000,
  "create-discount": 22_000,
  "award-points": 410,
  "cancel-adjustment": 96,
  "gdpr-export": 8_200,
  "postscript-send": 1_900,
};

export const SHOPS = [
  "lunar-coffee",
  "nordic-tea",
  "alpine-gear",
  "casa-verde",
  "petit-jardin",
  "urban-cycles",
  "sakura-stationery",
  "old-harbour",
  "kite-and-co",
  "blue-fern",
];
export const TOPICS = ["orders/create", "orders/paid", "orders/cancelled", "refunds/create", "customers/update"];
export const OPERATORS: readonly Actor[] = [
  { id: "operator-1", name: "Operator 1" },
  { id: "operator-2", name: "Operator 2" },
];
export const SYSTEM: Actor = { id: "system", name: "System" };
export const PLATFORM_LANE = "00000000000000000000000000";

export const ERRORS: Record<string, readonly string[]> = {
  shopify_user_error: ["create the discount", "Shopify refused the discount: code has already been taken (field: codes)"],
  http_5xx: ["create the discount", "Shopify Admin API", "502 Bad Gateway"],
  circuit_open: ["circuit klaviyo/account open for 38 s; attempt not counted"],
  timeout: ["create the discount", "Shopify Admin API: no answer within 10 s"],
  lost_worker: ["no heartbeat for 15 s; the lease expired"],
};
