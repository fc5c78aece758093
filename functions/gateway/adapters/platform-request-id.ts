import { AsyncLocalStorage } from 'node:async_hooks';
import type { Gateway } from '../core/serve/gateway.ts';

/** Lambda removes it from what callers send, and sets its own. */
const HEADER = 'lambda-web-request-id';

/** Ids become parts of log lines and of headers. */
const ID = /^[\w-]{8,64}$/;

/** Gives requests the ids that the platform knows them by. */
export interface PlatformRequestIds {
  /** The gateway, with each request's id at hand while it begins. */
  readonly around: (gateway: Gateway) => Gateway;
  /** The id of the request that has just begun, once; `undefined` where the platform gave none. */
  readonly take: () => string | undefined;
}

/** Request ids as the platform gives them, for as long as their requests are under way. */
export function platformRequestIds(): PlatformRequestIds {
  const current = new AsyncLocalStorage<{ id: string | undefined }>();
  return {
    around: (gateway) => (request) => {
      const id = request.headers[HEADER];
      return current.run({ id: id !== undefined && ID.test(id) ? id : undefined }, () => gateway(request));
    },
    take: () => {
      const store = current.getStore();
      const id = store?.id;
      if (store !== undefined) {
        store.id = undefined;
      }
      return id;
    },
  };
}
