import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { demoPlot } from '../../../../infra/local/demo/demo-plot.ts';
import { outagesWithin } from '../../../../infra/local/demo/outages.ts';
import { PLOT_STYLE } from '../../../../infra/local/demo/plot-style.ts';
import type { DemoRun } from '../../../../infra/local/demo/run-summary.ts';
import { svgElement } from '../../../../infra/local/demo/svg-element.ts';
import { demoRun, START_MS } from './demo-run.ts';

const FOR_MS = 10_000;

function plotOf(...runs: readonly DemoRun[]): string {
  return demoPlot({ startedAtMs: START_MS, forMs: FOR_MS, outages: outagesWithin(FOR_MS), runs });
}

/** The names of the elements, each opened element also closed, or the place where that goes wrong. */
function elementsOf(svg: string): readonly string[] {
  const open: string[] = [];
  const names: string[] = [];
  const markup = svg.replace(/<style>[^<]*<\/style>/g, '');
  assert.ok(!/[<>]/.test(markup.replaceAll(/<\/?[a-z]+(?: [\w:-]+="[^"<>]*")*\/?>/g, '')), 'a stray bracket');
  assert.ok(!/&(?!amp;|lt;|gt;|quot;)/.test(markup), 'a stray ampersand');
  for (const [tag, close, name = '', rest = ''] of markup.matchAll(/<(\/?)([a-z]+)([^>]*)>/g)) {
    if (close === '/') {
      assert.equal(open.pop(), name, tag);
    } else {
      names.push(name);
      if (!rest.endsWith('/')) {
        open.push(name);
      }
    }
  }
  assert.deepEqual(open, []);
  return names;
}

const PINNED = demoRun('pinned', [{ ttftMs: 300 }, { ttftMs: 4_000 }, {}, { ttftMs: 200, isWhole: false }]);
const ROUTED = demoRun('routed', [{ ttftMs: 300 }, { ttftMs: 400 }, { ttftMs: 500 }, { ttftMs: 600 }]);

describe('the plot', () => {
  it('is one well-formed SVG element that needs nothing from elsewhere', () => {
    const svg = plotOf(PINNED, ROUTED);
    const [root] = elementsOf(svg);
    assert.equal(root, 'svg');
    assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" '));
    assert.ok(!/href|url\(|<script|<image|@import/.test(svg));
  });

  it('shows each first token as a dot and each failed call as a cross, and each that broke off as a stroke', () => {
    const svg = plotOf(PINNED, ROUTED);
    const paths = [...svg.matchAll(/<path class="([^"]+)" d="([^"]*)"/g)].map(([, name, d = '']) => [
      name,
      d.split('M').length - 1,
    ]);
    assert.deepEqual(paths, [
      ['dots pinned', 3],
      ['failed', 1],
      ['cut', 1],
      ['dots routed', 4],
      ['failed', 0],
      ['cut', 0],
    ]);
  });

  it('puts later calls to the right and slower ones higher', () => {
    const [, dots = ''] = /class="dots pinned" d="([^"]*)"/.exec(plotOf(PINNED)) ?? [];
    const [first, second] = [...dots.matchAll(/M([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }));
    assert.ok(first !== undefined && second !== undefined && first.x < second.x && first.y > second.y);
  });

  it('draws p50, p95 and p99 of both, with names that do not overlap', () => {
    const svg = plotOf(PINNED, ROUTED);
    const lines = [...svg.matchAll(/<line class="level (p\d+) (\w+)"/g)].map(([, name, run]) => `${run} ${name}`);
    assert.deepEqual(lines, ['pinned p99', 'pinned p95', 'pinned p50', 'routed p99', 'routed p95', 'routed p50']);
    const names = [...svg.matchAll(/<text [^>]*y="([\d.]+)">(p\d+ [\d.]+ s)<\/text>/g)];
    assert.deepEqual(
      names.map(([, , text]) => text),
      ['p99 4.00 s', 'p95 4.00 s', 'p50 0.30 s', 'p99 0.60 s', 'p95 0.60 s', 'p50 0.40 s'],
    );
    const places = names.map(([, y]) => Number(y));
    for (const [index, y] of places.entries()) {
      assert.ok(index === 0 || y - (places[index - 1] ?? 0) >= 14, String(places));
    }
  });

  it('shades each outage with its name in both panels', () => {
    const svg = plotOf(PINNED, ROUTED);
    for (const name of ['google 15x slower', 'openai down', 'google down']) {
      assert.equal(svg.split(`>${name}<`).length - 1, 2, name);
    }
    assert.equal([...svg.matchAll(/<rect class="(?:slow|down)"/g)].length, 6);
  });

  it('says in words, for those who do not see it, what came of both', () => {
    const [, words] = /<desc id="desc">([^<]*)</.exec(plotOf(PINNED, ROUTED)) ?? [];
    assert.equal(
      words,
      'pinned to google/one: of 4 calls 1 failed and 1 were cut, p99 of the time to first token 4.00 s. ' +
        'routed to nemo/route: of 4 calls 0 failed and 0 were cut, p99 of the time to first token 0.60 s.',
    );
  });

  it('has colours for dark pages too', () => {
    assert.match(plotOf(PINNED), /prefers-color-scheme: dark/);
  });

  it('is whole where no call was made and where none was answered', () => {
    elementsOf(plotOf(demoRun('pinned', []), demoRun('routed', [{}, {}])));
    assert.ok(!/NaN|Infinity|undefined/.test(plotOf(demoRun('pinned', []), demoRun('routed', [{}]))));
  });
});

it('the plot that the README shows is whole, and of the style that is drawn today', () => {
  const svg = readFileSync(new URL('../../../../infra/local/demo/demo.svg', import.meta.url), 'utf8');
  elementsOf(svg);
  assert.ok(svg.includes(`<style>${PLOT_STYLE}</style>`), 'npm run demo -- --out infra/local/demo/demo.svg');
});

it('an SVG element escapes what could end it', () => {
  assert.equal(
    svgElement('text', { x: 1.26, id: '"&' }, '<b> & "c"'),
    '<text x="1.3" id="&quot;&amp;">&lt;b&gt; &amp; &quot;c&quot;</text>',
  );
});
