import { createHash } from 'node:crypto';
import type { LivePage } from '../core/serve/ports.ts';

/**
 * The page as it is sent: it runs its own script and style and nothing else, asks nobody but its gateway, and stands in no frame. The hashes
 * are those of the page's own script and style, so that anything that gets into it does not run (Content Security Policy Level 3).
 */
export function pageAnswer(html: string): Awaited<ReturnType<LivePage>> {
  const policy = [
    "default-src 'none'",
    `script-src ${sourcesOf(html, 'script')}`,
    `style-src ${sourcesOf(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
  return { status: 200, headers, body: html };
}

function sourcesOf(html: string, tag: 'script' | 'style'): string {
  const inline = [...html.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 'gs'))];
  return inline.map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}
