import type * as z from 'zod';
import { type ConfigProblem, pathText } from './config-problem.ts';
import { nearestName } from './nearest-name.ts';
import { exampleAt, knownKeysAt } from './schema-place.ts';

type Issue = z.core.$ZodIssue;

/** Whatever zod found wrong, in words for the person who wrote the file. `issues` must carry their inputs (`reportInput`). */
export function schemaProblems(schema: z.core.$ZodType, issues: readonly Issue[]): readonly ConfigProblem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(schema, issue.path, key));
    }
    return [{ path: pathText(issue.path), message: messageOf(issue), example: exampleAt(schema, issue.path) }];
  });
}

function unknownKey(schema: z.core.$ZodType, path: readonly PropertyKey[], key: string): ConfigProblem {
  const known = knownKeysAt(schema, path);
  const nearest = nearestName(key, known);
  const advice = nearest === undefined ? `: known are ${known.join(', ')}` : `: did you mean ${nearest}?`;
  return {
    path: pathText([...path, key]),
    message: `is not a setting${advice.replace(/\?$/, '')}`,
    example: exampleAt(schema, nearest === undefined ? path : [...path, nearest]),
  };
}

function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return 'is required';
  }
  if (issue.code === 'invalid_key') {
    return `has a name that ${issue.issues[0]?.message ?? 'is not valid'}`;
  }
  return `${expectation(issue)}; got ${givenText(issue)}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}${meant(issue)}`;
    case 'too_small':
      return `must ${isSized(issue) ? 'have' : 'be'} ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `must ${isSized(issue) ? 'have' : 'be'} ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};

/** Whether the limit is a length or a count and not a value. */
function isSized(issue: { readonly origin: string }): boolean {
  return issue.origin === 'string' || issue.origin === 'array';
}

function meant(issue: z.core.$ZodIssueInvalidValue): string {
  const nearest = typeof issue.input === 'string' ? nearestName(issue.input, issue.values.map(String)) : undefined;
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

const MAX_SHOWN_LENGTH = 80;

/** What was given, cut short. Where people paste secrets by mistake it is not shown: the message may end in a log. */
function givenText(issue: Issue): string {
  if (mayHoldSecret(issue)) {
    return 'another value (not shown, it may be a secret)';
  }
  if (Array.isArray(issue.input)) {
    return `an array of ${issue.input.length}`;
  }
  if (typeof issue.input === 'object' && issue.input !== null) {
    return 'an object';
  }
  const text = JSON.stringify(issue.input) ?? 'nothing';
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}...` : text;
}

function mayHoldSecret(issue: Issue): boolean {
  const key = issue.path.at(-1);
  const isCredential = key === 'apiKey' || key === 'sha256' || issue.path.includes('headers');
  return isCredential || (key === 'baseUrl' && /[?@]/.test(String(issue.input)));
}
