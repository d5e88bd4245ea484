// Derives contract/snapshot.schema.json, the JSON Schema of a message of the stream, from the component `Snapshot` of the contract.
// With --check it writes nothing and fails where the two differ.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Schemas = Readonly<Record<string, Json>>;

const CONTRACT = fileURLToPath(new URL("../contract/openapi.json", import.meta.url));
const TARGET = fileURLToPath(new URL("../contract/snapshot.schema.json", import.meta.url));
const PREFIX = "#/components/schemas/";

const isObject = (json: Json): json is Schemas => typeof json === "object" && json !== null && !Array.isArray(json);

/** A schema of OpenAPI 3.0 as JSON Schema: other places for references, and null among the types. `found` collects what is referred to. */
function translate(json: Json, found: Set<string>): Json {
  if (Array.isArray(json)) return json.map((item: Json) => translate(item, found));
  if (!isObject(json)) return json;
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === "$ref" && typeof value === "string" && value.startsWith(PREFIX)) {
      found.add(value.slice(PREFIX.length));
      result[name] = `#/$defs/${value.slice(PREFIX.length)}`;
    } else if (name === "nullable") {
      if (typeof json["type"] !== "string") throw new Error("a schema that may be null needs a type");
      result["type"] = [json["type"], "null"];
    } else if (name !== "type" || json["nullable"] !== true) {
      result[name] = translate(value, found);
    }
  }
  return result;
}

export function snapshotSchema(schemas: Schemas): Json {
  const found = new Set<string>();
  const definitions: Record<string, Json> = {};
  const root = schemas["Snapshot"];
  if (root === undefined || !isObject(root)) throw new Error("the contract has no Snapshot");
  const snapshot = translate(root, found);
  // A set that grows while it is walked: what is added is walked, too.
  for (const name of found) {
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`the contract has no ${name}`);
    definitions[name] = translate(schema, found);
  }
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: "Snapshot", ...(snapshot as Schemas), $defs: sorted };
}

const contract = JSON.parse(readFileSync(CONTRACT, "utf8")) as { components: { schemas: Schemas } };
const text = `${JSON.stringify(snapshotSchema(contract.components.schemas), null, 2)}\n`;
if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, "utf8") !== text) {
  process.stderr.write("contract/snapshot.schema.json is not the Snapshot of the contract: npm run contract\n");
  process.exitCode = 1;
}
