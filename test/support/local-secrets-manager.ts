import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import { secretCredentials } from '../../functions/gateway/adapters/secret-credentials.ts';
import { startLoopbackServer } from '../../infra/local/simulated/loopback-server.ts';
import { type Gate, gate } from './gate.ts';

/** Secrets Manager with one secret, on a loopback port. */
export interface LocalSecretsManager {
  readonly endpoint: string;
  /** How many reads have arrived. */
  readonly reads: () => number;
  /** The secret's fields from now on; `undefined`: there is no such secret. */
  readonly set: (fields: Readonly<Record<string, unknown>> | undefined) => void;
  /** From now on reads wait until the gate is opened, and are answered with what stands there then. */
  readonly hold: () => Gate;
  /** Resolves once that many reads have arrived. */
  readonly arrival: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startLocalSecretsManager(): Promise<LocalSecretsManager> {
  let fields: Readonly<Record<string, unknown>> | undefined = {};
  let held: Gate | undefined;
  let reads = 0;
  const arrivals = new Map<number, Gate>();
  const arrivalOf = (count: number): Gate => {
    const arrival = arrivals.get(count) ?? gate();
    arrivals.set(count, arrival);
    return arrival;
  };
  const server = await startLoopbackServer({
    onExchange: async ({ response }) => {
      reads += 1;
      arrivalOf(reads).open();
      await held?.opened;
      const [status, answer] =
        fields === undefined
          ? [400, { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." }]
          : [200, { SecretString: JSON.stringify(fields) }];
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    },
  });
  return {
    endpoint: server.origin,
    reads: () => reads,
    set: (next) => {
      fields = next;
    },
    hold: () => {
      held = gate();
      return held;
    },
    arrival: (count) => arrivalOf(count).opened,
    close: server.close,
  };
}

/** The credentials of the secret, as an instance of the gateway reads them. Unsigned: nobody checks it here. */
export function credentialsOf(secrets: LocalSecretsManager, nowMs: () => number): Credentials {
  const sign = async ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => ({ ...headers });
  return secretCredentials({ secretId: 'any', endpoint: secrets.endpoint, sign, nowMs });
}
