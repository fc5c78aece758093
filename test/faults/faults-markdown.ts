import { FAULTS, type Fault, type Outcome } from './fault-table.ts';

/** A row that a test of its own shows, outside the matrix. */
export interface OtherRow {
  readonly fault: string;
  readonly caller: string;
  /** Of a plain call, where that is something else. */
  readonly plainCaller?: string;
  readonly provider: string;
  /** File under `test/faults/`, and a part of a test's name in it. */
  readonly test: readonly [file: string, name: string];
}

export const OTHER_ROWS: readonly OtherRow[] = [
  {
    fault: 'asks to wait, and is the only one',
    caller: 'its answer, after the wait; past the deadline `429` with `Retry-After`',
    provider: 'a second call, not before Retry-After',
    test: ['waits.test.ts', 'is waited for, where it is the only one and there is time'],
  },
  {
    fault: 'answers 500 once, in an ordered route with `sameTargetRetries`',
    caller: 'its answer',
    provider: 'a second call, after a jittered pause',
    test: ['waits.test.ts', 'asks the same deployment again after a 500'],
  },
  {
    fault: 'is one of many that are all down',
    caller: '`502 upstream_failed`, which names every attempt, with `x-should-retry: false`',
    provider: 'at most `maxAttempts` calls over all',
    test: ['waits.test.ts', 'costs at most maxAttempts calls and says so in one error'],
  },
  {
    fault: 'gives nothing until the deadline',
    caller: '`504 deadline_exceeded`, or the error event where the stream had begun',
    plainCaller: '`504 deadline_exceeded`',
    provider: 'its call aborted at the deadline',
    test: ['waits.test.ts', 'holds over all attempts: 504, and nobody is left at work'],
  },
  {
    fault: 'closes a kept connection unseen',
    caller: 'its answer, `x-nemo-routing: direct`',
    provider: 'the call again, on a fresh connection',
    test: ['waits.test.ts', 'is replaced at once by a fresh one, and nobody is blamed'],
  },
  {
    fault: 'cuts or stalls a stream, with `onStreamCut: "continue"`',
    caller: 'one whole answer; usage and trail of both',
    plainCaller: "the next one's whole answer",
    provider: 'one call; the next one is asked to go on from the text so far',
    test: ['stream-cut-continued.test.ts', 'is one whole answer to the caller'],
  },
  {
    fault: 'rejects the prefill that would go on with a cut stream, as the next one does',
    caller: 'the text so far, the error event of the cut, no `[DONE]`',
    plainCaller: "the next one's whole answer",
    provider: 'one call',
    test: ['stream-cut-continued.test.ts', 'where two deployments refuse to go on'],
  },
  {
    fault: 'flaps, as the first of an ordered route',
    caller: 'no failure; the first deployment again within 30 s of its recovery',
    provider: 'while it is down a few calls to notice, then one probe a cooldown',
    test: ['flapping.test.ts', 'costs next to nothing while it is down'],
  },
  {
    fault: 'falls silent, as the first of an ordered route that hedges',
    caller: "the hedge's answer after the wait for it; the first deployment again within 30 s of its recovery",
    provider: 'calls for a few limits of waiting in all, then one probe a cooldown',
    test: ['hedged-silence.test.ts', 'is found out within seconds, and costs next to nothing while it is silent'],
  },
  {
    fault: 'is slow, and only ejected ones are left',
    caller: 'its answer, however late, or that of an ejected one that is back',
    provider: 'its call goes on; the ejected one is asked beside it',
    test: ['hedged-silence.test.ts', 'is not given up for the first'],
  },
  {
    fault: 'is ejected by another gateway of the fleet',
    caller: 'the other deployment, `x-nemo-routing: direct`',
    provider: 'no call, and after the cooldown one probe in the fleet',
    test: ['fleet.test.ts', 'ends with the probe of exactly one of many callers at once'],
  },
  {
    fault: 'is late, in a route that hedges',
    caller: "the faster one's answer, `x-nemo-routing: hedge`",
    provider: "its call aborted at once; the fleet's budget bounds the hedges",
    test: ['hedge.test.ts', 'is started beside a late call, wins, and has the late one aborted at once'],
  },
  {
    fault: 'is left by the caller, at any time',
    caller: '-',
    provider: 'its call aborted at once; not counted as its failure',
    test: ['hedge.test.ts', 'while a hedge is under way ends both calls'],
  },
  {
    fault: 'must be paid though it lost or broke off (accounting)',
    caller: 'cost in the trail, by its own count where the vendor told none',
    provider: '-',
    test: ['hedge.test.ts', 'leaves the loser in the trail, with what it costs by our own count'],
  },
  {
    fault: 'is asked by a gateway with a bug',
    caller: '`500 internal_error`; in a stream the text so far and that as an error event, no `[DONE]`',
    plainCaller: '`500 internal_error`',
    provider: 'its call aborted',
    test: ['bugs.test.ts', 'ends it with an error event, without [DONE], is told, and aborts the provider'],
  },
  {
    fault: 'sends anything at all',
    caller: 'a whole answer or an error, never a crash',
    provider: '-',
    test: ['nothing-throws.test.ts', 'that is wounded anywhere throws nothing, and ends whole or with an error'],
  },
];

/** What comes of every fault, as a markdown table with a row a fault. */
export function faultsMarkdown(): string {
  const header = [
    'A provider that ...',
    'the caller of a stream sees',
    'the caller of a plain call sees',
    'the provider sees',
    'test',
  ];
  const matrix = FAULTS.map((fault) => [
    `${fault.name}${onlyFor(fault)}`,
    callerSees(fault.streamed),
    callerSees(fault.plain),
    CALLS[fault.call],
    `\`faults.test.ts\`: a provider that ${fault.name}`,
  ]);
  const others = OTHER_ROWS.map(({ fault, caller, plainCaller = caller, provider, test: [file, name] }) => [
    fault,
    caller,
    plainCaller,
    provider,
    `\`${file}\`: ${name}`,
  ]);
  return markdownTable(header, [...matrix, ...others]);
}

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, header.map(() => '---'), ...rows];
  return `${all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function onlyFor({ protocols }: Fault): string {
  return protocols === undefined ? '' : ` (${protocols.join(', ')})`;
}

/** What a call with the fault was to the provider. */
export const CALLS: Readonly<Record<Fault['call'], string>> = {
  answered: 'one call',
  aborted: 'one call, aborted',
  'broken off': 'one call',
  none: 'nothing',
};

/** An outcome in the caller's words. */
export function callerSees(outcome: Outcome): string {
  switch (outcome.sees) {
    case 'the other':
      return "the next one's whole answer, `x-nemo-routing: fallback`";
    case 'it whole':
      return outcome.finish === undefined ? 'its whole answer' : `its answer, \`finish_reason: ${outcome.finish}\``;
    case 'a cut':
      return `the text so far, an error event \`${outcome.code}\`, no \`[DONE]\``;
    case 'an error':
      return `\`${outcome.status}\`${outcome.code === null ? '' : ` \`${outcome.code}\``} with the vendor's reason`;
  }
}
