/** The Node clients that people use, each over a fake of every protocol. Those that cannot be installed are skipped. */
import { clientSuite } from './client-suite.ts';
import { nodeClients } from './node/node-clients.ts';

for (const client of nodeClients()) {
  clientSuite(client);
}
