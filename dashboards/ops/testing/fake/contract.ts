// The contract at work: finds the operation of a request, checks its parameters and body, and checks every answer. What breaks the
// contract is kept in a list that tests look at.
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

type Json = Record<string, unknown>;
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Json;
}
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: ValidateFunction;
  readonly answers: ReadonlyMap<string, ValidateFunction>;
  readonly needsSession: boolean;
}

export interface Call {
  readonly id: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const FILE = new URL("../../contract/openapi.json", import.meta.url);

/** Answers may hold nothing that the contract does not name. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy: Json = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  if (copy["type"] === "object" && copy["properties"] !== undefined) copy["additionalProperties"] = false;
  return copy;
}

export class Contract {
  readonly violations: string[] = [];
  readonly #operations: Operation[] = [];
  readonly #document: Json;
  readonly #ajv: Ajv;

  constructor() {
    this.#document = JSON.parse(readFileSync(FILE, "utf8")) as Json;
    this.#ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
    (addFormats as unknown as (ajv: Ajv) => void)(this.#ajv);
    const components = strict(this.#document["components"]);
    this.#ajv.addSchema({ $id: "contract", components });
    for (const [path, methods] of Object.entries(this.#document["paths"] as Record<string, Record<string, Json>>)) {
      for (const [method, operation] of Object.entries(methods)) this.#add(path, method, operation);
    }
  }

  #resolve<T>(part: T | { $ref: string }): T {
    if (typeof part !== "object" || part === null || !("$ref" in part)) return part;
    let found: unknown = this.#document;
    for (const key of part.$ref.slice(2).split("/")) found = (found as Json)[key];
    return found as T;
  }

  #compile(schema: unknown): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"contract#/components');
    return this.#ajv.compile(JSON.parse(text) as Json);
  }

  #add(path: string, method: string, operation: Json): void {
    const names: string[] = [];
    const pattern = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return "([^/]+)";
    });
    const parameters = ((operation["parameters"] ?? []) as (Parameter | { $ref: string })[]).map((one) => this.#resolve(one));
    const body = operation["requestBody"] as { content: { "application/json": { schema: Json } } } | undefined;
    const answers = new Map<string, ValidateFunction>();
    for (const [status, response] of Object.entries(operation["responses"] as Record<string, Json>)) {
      const { content } = this.#resolve(response) as { content: { "application/json": { schema: Json } } };
      answers.set(status, this.#compile(content["application/json"].schema));
    }
    this.#operations.push({
      id: String(operation["operationId"]),
      method: method.toUpperCase(),
      pattern: new RegExp(`^${pattern}$`),
      names,
      parameters,
      answers,
      needsSession: operation["security"] === undefined,
      ...(body && { body: this.#compile(body.content["application/json"].schema) }),
    });
  }

  /** Every operation of the contract: tests see that each is asked for. */
  get operationIds(): string[] {
    return this.#operations.map((operation) => operation.id);
  }

  find(method: string, path: string): (Operation & { readonly values: Record<string, string> }) | undefined {
    for (const operation of this.#operations) {
      const match = operation.method === method ? operation.pattern.exec(path) : null;
      if (match)
        return {
          ...operation,
          values: Object.fromEntries(operation.names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? "")])),
        };
    }
    return undefined;
  }

  /** Reads a request; a text says what is wrong with it. */
  read(operation: Operation & { readonly values: Record<string, string> }, search: URLSearchParams, body: unknown): Call | string {
    const query: Json = {};
    const known = new Set(operation.parameters.filter((one) => one.in === "query").map((one) => one.name));
    for (const name of search.keys()) if (!known.has(name)) return `unknown parameter ${name}`;
    for (const parameter of operation.parameters.filter((one) => one.in === "query" || one.in === "path")) {
      const isArray = parameter.schema["type"] === "array";
      const raw = parameter.in === "path" ? [operation.values[parameter.name] ?? ""] : search.getAll(parameter.name);
      if (raw.length === 0) {
        if (parameter.required) return `${parameter.name} is missing`;
        continue;
      }
      const kind = parameter.schema["type"];
      const value = isArray ? raw : kind === "integer" ? Number(raw[0]) : kind === "boolean" ? raw[0] === "true" : raw[0];
      const check = this.#compile(parameter.schema);
      if (!check(value)) return `${parameter.name}: ${this.#ajv.errorsText(check.errors)}`;
      query[parameter.name] = value;
    }
    if (operation.body && !operation.body(body)) return `body: ${this.#ajv.errorsText(operation.body.errors)}`;
    return { id: operation.id, path: operation.values, query, body };
  }

  /** Checks an answer against the contract. */
  check(operation: Operation, status: number, answer: unknown): void {
    const validate = operation.answers.get(String(status));
    if (!validate) this.violations.push(`${operation.id}: status ${status} is not in the contract`);
    else if (!validate(answer)) this.violations.push(`${operation.id} ${status}: ${this.#ajv.errorsText(validate.errors).slice(0, 600)}`);
  }

  /** Checks a value against one of the schemas, such as a snapshot. */
  checkSchema(name: string, value: unknown): void {
    const validate = this.#compile({ $ref: `#/components/schemas/${name}` });
    if (!validate(value)) this.violations.push(`${name}: ${this.#ajv.errorsText(validate.errors).slice(0, 600)}`);
  }
}
