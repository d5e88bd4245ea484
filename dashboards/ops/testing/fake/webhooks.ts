// Webhooks of the fake server.
import type { WebhookFilter, WebhookRetry } from "../../src/api/generated/ops.schemas.ts";
import { need, notFound, number, pageOf, Refusal, text, type Context } from "./answer.ts";
import { ok, recordOf } from "./settings.ts";

export function webhookMatches(filter: WebhookFilter, webhook: WebhookRetry): boolean {
  const has = (values: readonly string[] | undefined, value: string) =>
    values === undefined || values.length === 0 || values.includes(value);
  const shop = webhook.shop?.replace(".myshopify.com", "") ?? "";
  return (
    has(filter.status, webhook.status) &&
    has(filter.topic, webhook.endpoint) &&
    has(
      filter.shop?.map((one) => one.replace(".myshopify.com", "")),
      shop,
    ) &&
    has(filter.id, webhook.log_id) &&
    (filter.since === undefined || webhook.created_at >= filter.since) &&
    (filter.before === undefined || webhook.created_at < filter.before) &&
    (webhook.reason ?? "").toLowerCase().includes((filter.text ?? "").toLowerCase())
  );
}

export function retryOne(webhook: WebhookRetry): boolean {
  if (webhook.status !== "failed") return false;
  webhook.status = "pending";
  delete webhook.finished_at;
  delete webhook.reason;
  return true;
}

export function webhooks({ world, call }: Context) {
  const { status, endpoint, shop, since, before } = call.query;
  const filter: WebhookFilter = {
    status: status === "any" ? [] : [(text(status) ?? "failed") as "failed"],
    topic: endpoint === undefined ? [] : [text(endpoint) ?? ""],
    shop: shop === undefined ? [] : [text(shop) ?? ""],
    ...(since !== undefined && { since: text(since) ?? "" }),
    ...(before !== undefined && { before: text(before) ?? "" }),
    ...(call.query["text"] !== undefined && { text: text(call.query["text"]) ?? "" }),
  };
  const found = world.webhooks.filter((webhook) => webhookMatches(filter, webhook));
  const { page, next_cursor } = pageOf(found, number(call.query["limit"], 50), call.query["cursor"], (webhook) => webhook.log_id);
  return { ...ok, retries: page, ...(next_cursor !== undefined && { next_cursor }) };
}

function webhookOf({ world, call }: Context): WebhookRetry {
  const found = world.webhooks.find((webhook) => webhook.log_id === call.path["log_id"]) ?? world.webhooks[0];
  if (!found) throw notFound("webhook");
  return found;
}

export const webhook = (context: Context) => ({
  ...ok,
  webhook: webhookOf(context),
  body_bytes: 4_182,
  body_kept_until: context.world.iso(context.world.born + 86_400_000 * 20),
});

export function webhookBody(context: Context) {
  need(context, "payload:read");
  context.world.record(recordOf(context, { action: "webhook_body_read", target: webhookOf(context).log_id }));
  return {
    ...ok,
    json: '{"id":820982911946154508,"currency":"USD","total_price":"50.00","customer":{"id":115310627314723950,"email":"a@example.com"},"line_items":[{"id":1,"price":"25.00","quantity":2}]}',
    truncated: false,
  };
}

export function retryWebhook(context: Context) {
  need(context, "queues:operate");
  const found = webhookOf(context);
  if (!retryOne(found)) throw new Refusal(409, { code: "webhook_changed", message: "the webhook is not failed" });
  context.world.record(recordOf(context, { action: "webhook_retry", target: found.log_id, ...(found.shop && { shop: found.shop }) }));
  return webhook(context);
}
