import type { ConfiguredKey } from '../core/model/gateway-config.ts';
import type { AuthenticatedKey } from '../core/serve/ports.ts';
import { type KeyHashes, rememberHash, sha256Hex } from './key-form.ts';

/** Knows the keys that stand in the configuration. Keys are looked up by their hash, so that the time taken says nothing about them. */
export function configuredKeys(keys: readonly ConfiguredKey[]): (key: string) => Promise<AuthenticatedKey | undefined> {
  const byHash = new Map(keys.map((key) => [key.sha256.toLowerCase(), authenticatedKey(key)]));
  const hashes: KeyHashes = new Map();
  return async (shown) => {
    const known = hashes.get(shown);
    const hash = known ?? sha256Hex(shown);
    const key = byHash.get(hash);
    if (key !== undefined && known === undefined) {
      rememberHash(hashes, shown, hash);
    }
    return key;
  };
}

function authenticatedKey({ name, sha256, expiresAt, operator, ...limits }: ConfiguredKey): AuthenticatedKey {
  return {
    name,
    account: sha256.toLowerCase(),
    limits,
    ...(operator === true ? { isOperator: true } : {}),
    ...(expiresAt === undefined ? {} : { expiresAtMs: Date.parse(expiresAt) }),
  };
}
