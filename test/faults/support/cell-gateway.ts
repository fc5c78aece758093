import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { rendezvousOrder } from '../../../functions/gateway/core/model/rendezvous.ts';
import type { LocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import { type Gate, gate } from '../../support/gate.ts';
import { deploymentId, type RunningGateway, runningGateway, type SharedFake } from '../../support/running-gateway.ts';
import { type Fault, WHOLE } from '../fault-table.ts';

/** One cell of the matrix: a gateway of its own over two providers that nobody else calls. */
export interface CellGateway extends AsyncDisposable {
  readonly gateway: RunningGateway<string>;
  /** The one with the fault, which is asked first. */
  readonly primary: FakeProvider;
  readonly backup: FakeProvider;
  readonly backupId: string;
  readonly primaryId: string;
  /** A `prompt_cache_key` with which the primary comes first, where the two are equally good. */
  readonly cacheKey: string;
  /** To be opened when the caller has the answer's beginning. */
  readonly committed: Gate;
}

export interface Cell {
  readonly fault: Fault;
  readonly protocol: ProtocolName;
  readonly strategy: 'ordered' | 'latency-based';
}

/** What the backup says. */
export const FROM_BACKUP = 'From the other one.';

let made = 0;

/** `dynamoDb` is shared by all cells: names that are used once keep their health apart. */
export async function cellGateway({ fault, protocol, strategy }: Cell, dynamoDb: LocalDynamoDb): Promise<CellGateway> {
  made += 1;
  const [primary, backup] = [`primary${made}`, `backup${made}`];
  const [primaryId, backupId] = [deploymentId(primary), deploymentId(backup)];
  const [primaryWindow, backupWindow] = fault.windows ?? [];
  const gateway = await runningGateway<string>({
    fakes: { [primary]: fault.does === 'closed' ? await closedFake(protocol) : protocol, [backup]: protocol },
    deployments: {
      [primary]: primaryWindow === undefined ? {} : { contextWindow: primaryWindow },
      [backup]: backupWindow === undefined ? {} : { contextWindow: backupWindow },
    },
    config: {
      routes: {
        all: { strategy, deployments: [primaryId, backupId], explorationShare: 0, timeouts: fault.timeouts ?? {} },
      },
    },
    dynamoDb,
  });
  const fakes = { primary: gateway.fakes[primary]!, backup: gateway.fakes[backup]! };
  fakes.primary.byDefault({ kind: 'answer', text: WHOLE });
  fakes.backup.byDefault({ kind: 'answer', text: FROM_BACKUP });
  const committed = gate();
  if (fault.does !== 'closed') {
    fakes.primary.script(fault.does(protocol, committed));
  }
  const cacheKey = keyThatPicks(primaryId, backupId);
  return { gateway, ...fakes, committed, primaryId, backupId, cacheKey, [Symbol.asyncDispose]: gateway.close };
}

/** Nobody listens on port 1; the port of a server that has just been closed is given to the next one that starts. */
async function closedFake(protocol: ProtocolName): Promise<SharedFake> {
  const fake = await startFakeProvider(protocol);
  await fake.close();
  return { protocol, fake: { ...fake, baseUrl: fake.baseUrl.replace(/:\d+/, ':1') } };
}

function keyThatPicks(first: string, second: string): string {
  for (let attempt = 0; ; attempt += 1) {
    const key = `conversation ${attempt}`;
    if (rendezvousOrder([first, second], (id) => id, key)[0] === first) {
      return key;
    }
  }
}
