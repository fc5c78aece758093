import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { isFromForeignPage } from '../../../infra/local/foreign-page.ts';

const HOST = '127.0.0.1:8787';

describe('the controls of the local system', () => {
  const cases: readonly (readonly [what: string, headers: Readonly<Record<string, string>>, isForeign: boolean])[] = [
    ['curl', { host: HOST }, false],
    ['curl by the name of the machine', { host: 'localhost:8787' }, false],
    ['the page of this system', { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' }, false],
    ['an address typed into a browser', { host: HOST, 'sec-fetch-site': 'none' }, false],
    ['a page of another site', { host: HOST, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, true],
    ['a page without an origin of its own, as in a frame', { host: HOST, origin: 'null' }, true],
    ['a form of another site that names no origin', { host: HOST, 'sec-fetch-site': 'cross-site' }, true],
    ['a page of another port of this machine', { host: HOST, origin: 'http://127.0.0.1:3000' }, true],
    ['a page of another port that names no origin', { host: HOST, 'sec-fetch-site': 'same-site' }, true],
    [
      'a page whose name was made to point here (DNS rebinding)',
      { host: 'evil.example:8787', origin: 'http://evil.example:8787', 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['the same without an origin', { host: 'evil.example:8787' }, true],
    ['a name that begins like this machine', { host: '127.0.0.1.evil.example' }, true],
    ['no host', {}, true],
  ];
  for (const [what, headers, isForeign] of cases) {
    it(`${isForeign ? 'do not heed' : 'heed'} ${what}`, () => {
      // All that is looked at are the headers.
      assert.equal(isFromForeignPage({ headers } as IncomingMessage), isForeign);
    });
  }
});
