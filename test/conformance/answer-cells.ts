import assert from 'node:assert/strict';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { askPlain, askStreamed, type ChatAsk, type Seen, type SeenFailure } from '../recordings/asked-gateway.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { type Cell, type Feature, NOT_APPLICABLE } from './feature.ts';
import { VENDOR_NAMES, type Vendor } from './vendors.ts';

/** What the caller saw, asked for as a stream or as one body. */
export type SeenAnswer = Extract<Seen, { kind: 'answer' }>;

interface AnswerFeature {
  /** Members of the caller's request beside the greeting. */
  readonly ask?: JsonObject;
  /** What each vendor does; one for all where the fakes say it each in their own way. */
  readonly step: Step | Readonly<Record<Vendor, Step | 'n.a.'>>;
  readonly notes?: Readonly<Partial<Record<Vendor, string>>>;
}

/** A row about what the caller gets, streamed and whole alike. `vendor` is passed for what differs by vendor, as the ids. */
export function answerFeature(
  name: string,
  feature: AnswerFeature & { readonly sees: (seen: SeenAnswer, vendor: Vendor) => void },
): Feature {
  return row(name, feature, (seen, { vendor }) => {
    assert.ok(seen.kind === 'answer', JSON.stringify(seen));
    feature.sees(seen, vendor);
  });
}

/** A row about how a failure reaches the caller. */
export function failureFeature(
  name: string,
  feature: AnswerFeature & { readonly sees: (seen: SeenFailure, form: 'stream' | 'plain') => void },
): Feature {
  return row(name, feature, (seen, { form }) => {
    assert.ok(seen.kind === 'failure', 'The caller got an answer.');
    feature.sees(seen, form);
  });
}

type Sees = (seen: Seen, about: { readonly vendor: Vendor; readonly form: 'stream' | 'plain' }) => void;

function row(name: string, feature: AnswerFeature, sees: Sees): Feature {
  const cells = VENDOR_NAMES.map((vendor) => [vendor, cellOf(feature, vendor, sees)]);
  // Every vendor is there.
  return { name, cells: Object.fromEntries(cells) as Feature['cells'] };
}

function cellOf({ ask, step, notes }: AnswerFeature, vendor: Vendor, sees: Sees): Cell {
  const own = 'kind' in step ? step : step[vendor];
  const note = notes?.[vendor] === undefined ? {} : { note: notes[vendor] };
  if (own === 'n.a.') {
    return { ...NOT_APPLICABLE, ...note };
  }
  return {
    verdict: 'yes',
    ...note,
    check: async (bench) => {
      const request = { model: bench.model(vendor), messages: [{ role: 'user', content: 'Hello' }], ...ask } as ChatAsk;
      bench.fake(vendor).script(own);
      sees(await askStreamed(bench.client, request), { vendor, form: 'stream' });
      bench.fake(vendor).script(own);
      sees(await askPlain(bench.client, request), { vendor, form: 'plain' });
    },
  };
}
