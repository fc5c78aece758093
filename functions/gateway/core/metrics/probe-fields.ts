import type { ProbeRecord } from '../model/probe-record.ts';
import type { JsonObject } from '../wire/json.ts';
import { failureFields } from './decision-fields.ts';

/** What came of asking one deployment, for the log. No answer and no key. */
export function probeFields({ deployment, failure, ttftMs, totalMs, costUsd }: ProbeRecord): JsonObject {
  const { id, provider, model, kind, providerSettings } = deployment;
  return {
    line: 'probe',
    operation: kind,
    deployment: id,
    provider,
    protocol: providerSettings.protocol,
    vendorModel: model,
    outcome: failure === undefined ? 'served' : 'failed',
    ...(failure === undefined ? {} : failureFields(failure)),
    ttftMs,
    totalMs,
    costUsd,
  };
}
