import { KNOWN_HOSTS } from '../core/hosts/known-hosts.ts';
import type { Vendor } from '../core/model/vendor.ts';

/** What people call a host, where that is not its vendor's name. */
const OTHER_NAMES: ReadonlyMap<string, Vendor> = new Map([['google', 'google-ai']]);

/** The names that `host` may have. */
export const HOST_NAMES: readonly string[] = [...OTHER_NAMES.keys(), ...Object.keys(KNOWN_HOSTS)].sort();

/** The vendor that a name of `HOST_NAMES` stands for; `undefined` for any other name. */
export function vendorCalled(name: string): Vendor | undefined {
  return OTHER_NAMES.get(name) ?? (isVendor(name) ? name : undefined);
}

function isVendor(name: string): name is Vendor {
  return Object.hasOwn(KNOWN_HOSTS, name);
}
