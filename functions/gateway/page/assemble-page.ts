import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** What the page is told when it is put together. */
export interface PageOptions {
  /** How long the page waits between two polls. In AWS each is an invocation. @default 5000 */
  readonly pollMs?: number;
  /** The path of the simulated providers' controls, on a laptop. @default none */
  readonly controls?: string;
}

/** Puts the page together: one HTML file with its styles and its script in it, which asks for nothing else. */
export function assemblePage({ pollMs = 5000, controls = '' }: PageOptions = {}): string {
  const html = readFileSync(placeOf('page.html'), 'utf8')
    // Indentation is for who reads the source.
    .replaceAll(/\n\s+/g, '\n')
    .replace('data-poll-ms="5000"', `data-poll-ms="${pollMs}"`)
    .replace('data-controls=""', `data-controls="${controls}"`);
  // Given as functions: in a text `$&` and the like would be read as patterns.
  return html
    .replace('/* styles */', () => bundled('styles/page.css'))
    .replace('/* script */', () => bundled('browser/main.ts'));
}

/** One file with all that it imports. Small, since a phone may read it over a slow line. */
function bundled(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [placeOf(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    charset: 'utf8',
    minify: true,
  });
  return outputFiles[0]?.text ?? '';
}

function placeOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
