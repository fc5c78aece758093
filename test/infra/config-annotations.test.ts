import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { SOURCE_ENTRIES } from '../../infra/constructs/function-bundle.ts';
import type { FunctionEntries } from '../../infra/constructs/function-entries.ts';
import { NemoRouter } from '../../infra/nemo-router.ts';

test('what is seldom meant in a configuration is told wherever the construct is used, when the app is synthesised', () => {
  const stack = new Stack(new App(), 'Assistant', { env: { region: 'eu-west-1' } });
  const entries: FunctionEntries = SOURCE_ENTRIES;
  const config = {
    providers: { vllm: { baseUrl: 'http://llm.example.com/v1' } },
    deployments: { own: { provider: 'vllm', model: 'own-model' } },
    aws: { protected: false },
  };
  new NemoRouter(stack, 'Llm', { config, entries });
  const told = Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('.*'))
    .map(({ entry }) => String(entry.data));
  assert.ok(told.some((line) => line.includes('deployments.own has no contextWindow, maxOutputTokens, inputPrice')));
  assert.ok(told.some((line) => line.includes('providers.vllm.baseUrl sends prompts and the credential unencrypted')));
});
