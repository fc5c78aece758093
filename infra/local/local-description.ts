import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import type { SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { checkedConfigJson, readCheckedConfig } from '../../functions/gateway/config/checked-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { isFromForeignPage } from './foreign-page.ts';
import type { LocalDynamoDb } from './local-dynamodb.ts';

/**
 * What the operator's commands need to know of a local system. Of credentials only whether they are there, of the database's key only where
 * the user who runs it may read it.
 */
export interface LocalDescription {
  readonly config: GatewayConfig;
  readonly dynamoDb: Pick<LocalDynamoDb, 'endpoint' | 'accessKeyFile' | 'statisticsTable' | 'keysTable'>;
  /** By the names that the configuration wants. */
  readonly credentials: Readonly<Record<string, boolean>>;
  /** The file with the embedded-metric lines, an absolute path. */
  readonly metricsFile?: string;
}

const PATH = '/local/system';

/** Describes the local system at `GET /local/system`. To programs on this machine only. */
export function describesLocalSystem(
  description: Omit<LocalDescription, 'credentials'>,
  credentials: Credentials,
): SideRoute {
  return (request, response) => {
    if (request.method !== 'GET' || request.url !== PATH || isFromForeignPage(request)) {
      return false;
    }
    void present(description.config, credentials).then((there) => {
      const config = checkedConfigJson({ ...description.config, keys: [] });
      const body = JSON.stringify({ ...description, config, credentials: there });
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
    });
    return true;
  };
}

async function present({ providers }: GatewayConfig, credentials: Credentials): Promise<Record<string, boolean>> {
  const names = [...new Set(Object.values(providers).flatMap(({ apiKey }) => apiKey ?? []))];
  const entries = names.map(async (name) => [name, ((await credentials(name)) ?? '') !== ''] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const ANSWER_MS = 5000;

/** Asks the local system at `origin`; `undefined` where none answers there. */
export async function readLocalDescription(origin: string): Promise<LocalDescription | undefined> {
  try {
    const response = await fetch(origin + PATH, { signal: AbortSignal.timeout(ANSWER_MS) });
    // Written by the same version of this file; anything else does not pass the configuration's check.
    const { config, ...rest } = (await response.json()) as Omit<LocalDescription, 'config'> & { config: string };
    return { ...rest, config: readCheckedConfig(config) };
  } catch {
    return undefined;
  }
}
