// Orders as Shopify sends them: bodies of the real shape (order.json, 6 to 7 kB), signed over their bytes. Everything about an order
// follows from its number, so that a run can be repeated, and checked in SQL (check.sql, which has the same arithmetic).
import crypto from "k6/crypto";
import http from "k6/http";
import { Counter } from "k6/metrics";

const TEMPLATE = JSON.parse(open("./order.json"));
const SECRET = __ENV.SHOPIFY_API_SECRET;
const URL = `${__ENV.LOYALNEST_URL}/v1/api/shopify/webhook`;
const SHOPS = 50;
const CUSTOMERS = 5000;
const FIRST_CUSTOMER_ID = 7000000000000;

// Orders whose webhook was answered 200, and those that were not: each of the latter is named in the log, for the check.
export const accepted = new Counter("orders_accepted");
export const notAccepted = new Counter("orders_not_accepted");

export const FIRST_ORDER_ID = 5100000000000;

const decimal = (minor) => (minor / 100).toFixed(2);
const set = (minor) => {
  const money = { amount: decimal(minor), currency_code: TEMPLATE.currency };
  return { shop_money: money, presentment_money: money };
};

// The price of one unit in minor units, and the units.
export const price = (number) => 500 + ((number * 7919) % 9500);
export const quantity = (number) => 1 + (number % 3);

export function shopOf(number) {
  return `load-${(customerOf(number) % SHOPS) + 1}.myshopify.com`;
}

function customerOf(number) {
  return (number * 104729) % CUSTOMERS;
}

function body(number) {
  const [id, customer, at] = [FIRST_ORDER_ID + number, customerOf(number), new Date().toISOString().slice(0, 19) + "Z"];
  const [one, units] = [price(number), quantity(number)];
  const order = { ...TEMPLATE };
  order.id = id;
  order.admin_graphql_api_id = `gid://shopify/Order/${id}`;
  order.name = `#${number}`;
  order.created_at = order.processed_at = order.updated_at = at;
  order.email = order.contact_email = `customer${customer}@example.com`;
  order.customer = { ...TEMPLATE.customer, id: FIRST_CUSTOMER_ID + customer, email: order.email };
  const line = { ...TEMPLATE.line_items[0], id: id * 100 + 1, price: decimal(one), price_set: set(one) };
  line.quantity = line.current_quantity = line.fulfillable_quantity = units;
  order.line_items = [line];
  for (const name of ["subtotal_price", "current_subtotal_price", "total_line_items_price", "total_price", "current_total_price"]) {
    order[name] = decimal(one * units);
    order[`${name}_set`] = set(one * units);
  }
  return JSON.stringify(order);
}

// The request of the order's webhook; the same number gives the same webhook id, as a redelivery has it.
export function request(number, shop = shopOf(number), tags = {}) {
  const text = body(number);
  return {
    method: "POST",
    url: URL,
    body: text,
    params: {
      tags: { name: "webhook", ...tags },
      timeout: "10s",
      headers: {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/paid",
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": "2026-07",
        "X-Shopify-Webhook-Id": `load-${number}`,
        "X-Shopify-Triggered-At": new Date().toISOString(),
        "X-Shopify-Hmac-Sha256": crypto.hmac("sha256", SECRET, text, "base64"),
      },
    },
  };
}

// Counts an order once, however many deliveries it had: accepted if any of them was answered 200.
export function count(number, responses, tags = {}) {
  if (responses.some((response) => response.status === 200)) {
    accepted.add(1, tags);
    return;
  }
  notAccepted.add(1, tags);
  console.warn(`not-accepted ${number} ${responses.map((response) => response.status).join(",")}`);
}

// Sends an order's webhook once.
export function send(number, shop, tags) {
  const { method, url, body: text, params } = request(number, shop, tags);
  count(number, [http.request(method, url, text, params)], tags);
}

// What every scenario must hold. The last word has the check of the ledger after the run.
export const THRESHOLDS = {
  orders_not_accepted: ["count==0"],
  "http_req_duration{name:webhook}": ["p(99)<100"],
  dropped_iterations: ["count==0"],
};

export const SUMMARY = ["avg", "min", "med", "p(90)", "p(99)", "max"];
