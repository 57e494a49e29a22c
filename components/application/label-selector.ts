import { fail, optional, readFields, readList, readMembers, readText, required } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { quote } from "./quote.ts";

type Labels = Readonly<Record<string, string>>;

/** A label selector of Kubernetes: all of its requirements have to be met; without any, everything is selected. */
export type LabelSelector = readonly Requirement[];

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
type Operator = (typeof OPERATORS)[number];

const SELECTOR = { matchLabels: "read", matchExpressions: "read" } as const;
const EXPRESSION = { key: "read", operator: "read", values: "read" } as const;

export function selects(selector: LabelSelector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
    }
  });
}

export function readLabelSelector(reader: Reader, place: Place): LabelSelector | undefined {
  const fields = readFields(reader, place, SELECTOR);
  if (fields === undefined) return undefined;
  const labels = optional(reader, fields, "matchLabels", readMembers) ?? new Map<string, Place>();
  const equal = [...labels].flatMap(([key, member]) => {
    const value = readText(reader, member);
    return value === undefined ? [] : [{ key, operator: "In" as const, values: [value] }];
  });
  const expressions = optional(reader, fields, "matchExpressions", readList) ?? [];
  return [...equal, ...expressions.flatMap((expression) => readRequirement(reader, expression) ?? [])];
}

function readRequirement(reader: Reader, place: Place): Requirement | undefined {
  const fields = readFields(reader, place, EXPRESSION);
  if (fields === undefined) return undefined;
  const key = required(reader, place, fields, "key", readText);
  const operator = required(reader, place, fields, "operator", readOperator);
  const items = optional(reader, fields, "values", readList) ?? [];
  const values = items.flatMap((item) => readText(reader, item) ?? []);
  if (key === undefined || operator === undefined) return undefined;
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues !== items.length > 0) {
    fail(reader, place, needsValues ? `${operator} needs values` : `${operator} takes no values`);
  }
  return { key, operator, values };
}

function readOperator(reader: Reader, place: Place): Operator | undefined {
  const text = readText(reader, place);
  const operator = OPERATORS.find((one) => one === text);
  if (text !== undefined && operator === undefined) {
    fail(reader, place, `expected one of ${OPERATORS.join(", ")}, found ${quote(text)}`);
  }
  return operator;
}
