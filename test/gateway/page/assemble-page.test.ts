import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { assemblePage } from '../../../functions/gateway/page/assemble-page.ts';
import { pageAnswer } from '../../../functions/gateway/page/page-answer.ts';

const MAX_BYTES = 48_000;

describe('the assembled page', () => {
  const html = assemblePage({ pollMs: 1234, controls: '/local' });

  it('is one file below 48 KB, with its styles and its script in it', () => {
    assert.ok(Buffer.byteLength(html) < MAX_BYTES, `${Buffer.byteLength(html)} bytes`);
    assert.doesNotMatch(html, /\/\* (styles|script) \*\//);
    assert.match(html, /data-poll-ms="1234" data-controls="\/local"/);
  });

  it('names no other host and loads nothing', () => {
    const addresses = [...html.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([address]) => new URL(address).host);
    assert.deepEqual([...new Set(addresses)], ['www.w3.org']);
    assert.doesNotMatch(html, /<(?:link[^>]+href|script[^>]+src|img[^>]+src)="(?!data:)/);
    assert.doesNotMatch(html, /@import|url\(/);
  });

  it('has no handler and no style in its markup, which its policy would block', () => {
    const [markup = ''] = html.split('<script', 1);
    assert.doesNotMatch(markup, /\son\w+=|\sstyle=/);
  });

  it('never makes markup of text', () => {
    assert.doesNotMatch(html, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });
});

describe('the answer with the page', () => {
  const { headers } = pageAnswer('<style>a</style><script type="module">b()</script><p onclick="c()">');
  const policy = new Map(
    (headers['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources.join(' ')];
    }),
  );
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

  it('allows its own script and style and nothing else', () => {
    assert.equal(policy.get('script-src'), hash('b()'));
    assert.equal(policy.get('style-src'), hash('a'));
    assert.equal(policy.get('default-src'), "'none'");
    assert.equal(policy.get('connect-src'), "'self'");
    for (const directive of ['base-uri', 'form-action', 'frame-ancestors', 'trusted-types']) {
      assert.equal(policy.get(directive), "'none'", directive);
    }
  });

  it('is kept out of frames, caches and referrers', () => {
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });
});
