/** The Python clients that people use, each over a fake of every protocol. Those that cannot be installed are skipped. */

import { clientSuite } from './client-suite.ts';
import { pythonClients } from './python-clients.ts';

for (const client of pythonClients()) {
  clientSuite(client);
}
