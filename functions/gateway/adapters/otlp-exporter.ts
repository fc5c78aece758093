import { otlpAttributes } from '../core/metrics/otlp-attributes.ts';
import { type OtlpMetrics, otlpMetrics } from '../core/metrics/otlp-metrics.ts';
import { otlpSpans, type ProviderNames } from '../core/metrics/otlp-spans.ts';
import type { Clock } from '../core/model/clock.ts';
import type { OtlpSettings } from '../core/model/gateway-config.ts';
import type { RequestRecord } from '../core/model/request-record.ts';
import type { JsonObject } from '../core/wire/json.ts';
import type { Credentials } from './credentials.ts';

/** Spans that wait for the next export; more are dropped, and counted. */
const MAX_SPANS = 4_096;
/** Batches that wait because the collector could not take them; the oldest are dropped. */
const MAX_BATCHES = 8;
const ANSWER_MS = 5_000;

/** What goes out of one process by OTLP. */
export interface OtlpExporter {
  readonly add: (record: RequestRecord) => void;
  /** Sends what is left, once, and stops. */
  readonly close: () => Promise<void>;
}

/** What an exporter needs of the process that it is in. */
export interface OtlpExporterOptions {
  readonly settings: OtlpSettings;
  readonly credentials: Credentials;
  readonly providerNames: ProviderNames;
  /** As `dev`. */
  readonly environment: string;
  /** Of the deployed code. */
  readonly version?: string | undefined;
  /** Of this process among those of the service. */
  readonly instanceId: string;
  readonly clock: Clock;
  /** Told of what the collector did not take. */
  readonly onError: (error: unknown) => void;
}

interface Batch {
  readonly path: '/v1/traces' | '/v1/metrics';
  readonly body: string;
}

/**
 * Sends spans and metrics of requests to an OTLP collector, as JSON over HTTP, every `everyMs`. What the collector cannot take now is
 * tried again with the next; what it refuses is dropped. Calls wait for none of it.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpExporter(options: OtlpExporterOptions): OtlpExporter {
  const { settings, clock, providerNames, onError } = options;
  const metrics = otlpMetrics(clock.nowMs(), providerNames);
  const resource = resourceOf(options);
  let spans: JsonObject[] = [];
  let dropped = 0;
  let batches: Batch[] = [];
  let running: Promise<void> = Promise.resolve();
  let cancel = clock.after(settings.everyMs, tick);

  function tick(): void {
    cancel = clock.after(settings.everyMs, tick);
    running = running.then(flush);
  }

  async function flush(): Promise<void> {
    batches = [...batches, ...spanBatch(resource, spans), ...metricBatch(resource, metrics, clock.nowMs())];
    spans = [];
    if (dropped > 0 || batches.length > MAX_BATCHES) {
      onError(new Error(`${dropped} spans and ${Math.max(0, batches.length - MAX_BATCHES)} batches were dropped`));
      dropped = 0;
      batches = batches.slice(-MAX_BATCHES);
    }
    await sendAll();
  }

  async function sendAll(): Promise<void> {
    for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
      const outcome = await send(batch, options);
      if (outcome !== 'taken') {
        onError(outcome.error);
      }
      if (outcome !== 'taken' && outcome.isPassing) {
        return;
      }
      batches.shift();
    }
  }

  return {
    add: (record) => {
      metrics.add(record);
      const fresh = otlpSpans(record, providerNames);
      const isFull = spans.length + fresh.length > MAX_SPANS;
      dropped += isFull ? fresh.length : 0;
      spans.push(...(isFull ? [] : fresh));
    },
    close: async () => {
      cancel();
      running = running.then(flush);
      await running;
    },
  };
}

function resourceOf({ environment, version, instanceId }: OtlpExporterOptions): JsonObject {
  return {
    attributes: otlpAttributes({
      'service.name': 'nemorouter',
      'service.version': version,
      'service.instance.id': instanceId,
      'deployment.environment.name': environment,
    }),
  };
}

const SCOPE: JsonObject = { name: 'nemorouter' };

function spanBatch(resource: JsonObject, spans: readonly JsonObject[]): readonly Batch[] {
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: SCOPE, spans }] }] });
  return spans.length === 0 ? [] : [{ path: '/v1/traces', body }];
}

function metricBatch(resource: JsonObject, all: OtlpMetrics, nowMs: number): readonly Batch[] {
  const metrics = all.take(nowMs);
  const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ scope: SCOPE, metrics }] }] });
  return metrics.length === 0 ? [] : [{ path: '/v1/metrics', body }];
}

type Outcome = 'taken' | { readonly isPassing: boolean; readonly error: unknown };

async function send({ path, body }: Batch, { settings, credentials }: OtlpExporterOptions): Promise<Outcome> {
  try {
    const response = await fetch(`${settings.endpoint}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await secretHeaders(settings, credentials)) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    return response.ok
      ? 'taken'
      : {
          isPassing: PASSING.has(response.status),
          error: new Error(`${settings.endpoint}${path} answers ${response.status}`),
        };
  } catch (error) {
    return { isPassing: true, error };
  }
}

/** Worth another try. Source: the OTLP specification, "Retryable Response Codes". */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

async function secretHeaders(
  { headers }: OtlpSettings,
  credentials: Credentials,
): Promise<Readonly<Record<string, string>>> {
  const pairs = await Promise.all(
    Object.entries(headers).map(async ([header, name]) => [header, (await credentials(name)) ?? ''] as const),
  );
  return Object.fromEntries(pairs);
}
