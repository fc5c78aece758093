import { randomUUID } from 'node:crypto';
import type { Credentials } from './adapters/credentials.ts';
import { type OtlpExporter, otlpExporter } from './adapters/otlp-exporter.ts';
import { systemClock } from './adapters/system-clock.ts';
import { vendorOf } from './core/hosts/vendor-of.ts';
import { providerName } from './core/metrics/otlp-attributes.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';

/** What a long-lived process says of itself to a collector. */
export interface OtlpOrigin {
  readonly config: GatewayConfig;
  readonly credentials: Credentials;
  /** As `dev`. */
  readonly name: string;
  readonly version?: string | undefined;
  /** Told of what the collector did not take. */
  readonly onError: (error: unknown) => void;
}

/** Starts the exporter that the configuration asks for; `undefined` where it asks for none. */
export function startOtlp({ config, credentials, name, version, onError }: OtlpOrigin): OtlpExporter | undefined {
  const { otlp, providers } = config;
  if (otlp === undefined) {
    return undefined;
  }
  return otlpExporter({
    settings: otlp,
    credentials,
    providerNames: (provider) => {
      const known = providers[provider];
      return known === undefined ? provider : providerName(vendorOf(known));
    },
    environment: name,
    version,
    instanceId: randomUUID(),
    clock: systemClock,
    onError,
  });
}
