import type { Provider } from '../model/gateway-config.ts';

/**
 * What of a host's own path the configured base URL leaves out: all of it where the URL has no path, the rest where it ends within it, and
 * nothing where it has a path of its own, as behind a proxy.
 */
export function missingPath({ baseUrl }: Pick<Provider, 'baseUrl'>, own: string): string {
  const given = baseUrl === undefined || !URL.canParse(baseUrl) ? '' : new URL(baseUrl).pathname.replace(/\/+$/, '');
  return own === given || own.startsWith(`${given}/`) ? own.slice(given.length) : '';
}
