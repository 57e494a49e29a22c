import type { Health } from "../health.ts";
import type { Members } from "../json.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionsOf, readList, toCondition } from "./reading.ts";
import type { Condition } from "./reading.ts";
import { degraded, isOutdated, olderGeneration, progressing } from "./results.ts";

/** What one controller, or one part of it, says about an object: the conditions that tell whether it takes it. */
export interface Opinion {
  /** Who or what it is about, such as `listener https`; empty for the object as a whole. */
  readonly subject: string;
  readonly conditions: readonly Condition[];
}

// Gateway API, GEP-1364; the last one is the only one that is True when something is wrong.
const RELEVANT: readonly string[] = ["Accepted", "ResolvedRefs", "Programmed", "PartiallyInvalid"];

/** The opinion in `status.conditions`; none when the controller has not stated one. */
export function opinionOn(object: Manifest): readonly Opinion[] {
  return [{ subject: "", conditions: conditionsOf(object) }].flatMap(relevant);
}

/** The opinions in the conditions of each item of a list in the status. */
export function opinionsIn(object: Manifest, list: string, subjectOf: (item: Members) => string): readonly Opinion[] {
  return readList(object, "status", list)
    .map((item) => ({ subject: subjectOf(item), conditions: readList(item, "conditions").map(toCondition) }))
    .flatMap(relevant);
}

function relevant({ subject, conditions }: Opinion): readonly Opinion[] {
  const left = conditions.filter(({ type }) => RELEVANT.includes(type));
  return left.length === 0 ? [] : [{ subject, conditions: left }];
}

/**
 * The gravest objection; undefined when all agree. Only refusals for a `final` reason are Degraded: any other may go away when another
 * object of the same sync appears.
 */
export function objection(
  object: Manifest,
  opinions: readonly Opinion[],
  final: ReadonlySet<string>,
): Health | undefined {
  const objections = opinions
    .flatMap(({ subject, conditions }) =>
      conditions.map((condition) => ({ subject, condition, isOld: isOutdated(object, condition) })),
    )
    .filter(({ condition, isOld }) => isOld || isObjection(condition));
  const refusal = objections.find(({ condition, isOld }) => !isOld && isFinal(condition, final));
  if (refusal !== undefined) return degraded(withSubject(refusal.subject, cause(refusal.condition)));
  const [first] = objections;
  if (first === undefined) return undefined;
  const message = first.isOld ? olderGeneration(first.condition) : cause(first.condition);
  return progressing(withSubject(first.subject, message));
}

function isFinal({ status, reason }: Condition, final: ReadonlySet<string>): boolean {
  return status !== "Unknown" && final.has(reason);
}

function isObjection({ type, status }: Condition): boolean {
  return type === "PartiallyInvalid" ? status === "True" : status !== "True";
}

function cause(condition: Condition): string {
  return causeOf(condition, `${condition.type} is ${condition.status}`);
}

function withSubject(subject: string, message: string): string {
  return subject === "" ? message : `${subject}: ${message}`;
}
