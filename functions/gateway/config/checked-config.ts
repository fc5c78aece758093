import { createHash } from 'node:crypto';
import type { GatewayConfig } from '../core/model/gateway-config.ts';

/** What stands beside the bundled code: a configuration that was checked when the bundle was made, and the proof that it is still that one. */
interface CheckedConfig {
  /** Hex of the SHA-256 of `config` as JSON. */
  readonly sha256: string;
  readonly config: GatewayConfig;
}

/** A valid configuration, its defaults filled in, as text for `readCheckedConfig`. */
export function checkedConfigJson(config: GatewayConfig): string {
  return JSON.stringify({ sha256: digest(config), config } satisfies CheckedConfig);
}

/**
 * The configuration that `checkedConfigJson` wrote. It was checked in full when the bundle was made, by the same version of the code; at
 * the start only its digest is compared. That saves each cold start the loading of the schemas (a tenth of the bundle) and their work.
 * Throws where the text is anything else, as after an edit by hand.
 */
export function readCheckedConfig(text: string): GatewayConfig {
  // Whether it is what it is taken for is what the digest shows.
  const { sha256, config } = JSON.parse(text) as Partial<CheckedConfig>;
  if (config === undefined || sha256 !== digest(config)) {
    throw new Error(
      'The configuration beside the code is not the one that was checked when it was bundled. ' +
        'Change infra/environments/NAME.json and deploy, so that it is checked again.',
    );
  }
  return {
    ...config,
    providers: withoutPrototype(config.providers),
    deployments: withoutPrototype(config.deployments),
    routes: withoutPrototype(config.routes),
  };
}

/** JSON keeps the order of members, so that a configuration has one text however often it is written and read. */
function digest(config: GatewayConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex');
}

/** As `parseConfig` gives them: a caller's `constructor` finds nothing. */
function withoutPrototype<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null), record);
}
