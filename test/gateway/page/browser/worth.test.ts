import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeploymentStatus } from '../../../../functions/gateway/core/status/fleet-status.ts';
import { providerFigures } from '../../../../functions/gateway/page/browser/provider-figures.ts';
import { routeFigures } from '../../../../functions/gateway/page/browser/route-figures.ts';
import { worthRows } from '../../../../functions/gateway/page/browser/worth-rows.ts';
import { decision, failed, served } from './decisions.ts';

const NOW = 1_100_000;

describe('the figures of a provider', () => {
  it('are of all its attempts of the last five minutes, whichever deployment they went to', () => {
    const decisions = [
      decision({ attempts: [failed('x/one'), { ...served('x/two'), ttftMs: 700 }] }),
      decision({ attempts: [served('x/one'), { ...served('y/one'), provider: 'y' }] }),
      decision({ atMs: NOW - 300_001, attempts: [failed('x/one')] }),
    ];
    assert.deepEqual(providerFigures(decisions, 'x', NOW), {
      attempts: 3,
      ttftMs: { p50: 300, p95: 700, p99: 700 },
      failureRate: 1 / 3,
    });
  });

  it('do not count an attempt that we stopped as failed', () => {
    const stopped = { ...served('x/one'), outcome: 'aborted' as const };
    assert.equal(providerFigures([decision({ attempts: [stopped] })], 'x', NOW).failureRate, 0);
  });
});

describe('what routing is worth', () => {
  const one = {
    id: 'x/one',
    provider: 'x',
    kind: 'chat',
    evidence: 12,
    ttftMs: { p50: 200, p95: 900, p99: 4000 },
    failureRate: 0.2,
  } as DeploymentStatus;

  it('sets what callers saw beside each deployment that is known, and beside providers that have several', () => {
    const decisions = [decision({ attempts: [failed('x/one'), served('x/two')], routing: 'fallback' })];
    const deployments = [one, { ...one, id: 'x/two' }, { ...one, id: 'x/new', evidence: 0 }];
    const rows = worthRows({ deployments, atMs: NOW }, decisions, routeFigures(decisions, NOW));
    assert.deepEqual(
      rows.map(({ name, failureRate, ttftMs }) => [name, failureRate, ttftMs.p99]),
      [
        ['As routed', 0, 300],
        ['Pinned to x/one', 0.2, 4000],
        ['Pinned to x/two', 0.2, 4000],
        ['All of x', 0.5, 300],
      ],
    );
  });

  it('says nothing of embeddings, and divides by no calls', () => {
    const rows = worthRows({ deployments: [{ ...one, kind: 'embeddings' }], atMs: NOW }, [], routeFigures([], NOW));
    assert.deepEqual(
      rows.map(({ name, failureRate }) => [name, failureRate]),
      [['As routed', 0]],
    );
  });
});
