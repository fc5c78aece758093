const NAME = 'nemo-operator-key';

/**
 * The operator's key, for as long as the tab is open. `npm start` hands it over behind the `#` of the address, which browsers never send to
 * anybody; it is taken out of the address at once, so that it is in no bookmark and no screenshot.
 */
export const sessionKey = {
  read: (): string | undefined => {
    const [, handed] = /^#key=([\w.~-]+)$/.exec(location.hash) ?? [];
    if (handed !== undefined) {
      sessionStorage.setItem(NAME, handed);
      history.replaceState(null, '', location.pathname);
    }
    return sessionStorage.getItem(NAME) ?? undefined;
  },
  keep: (key: string): void => sessionStorage.setItem(NAME, key),
  forget: (): void => sessionStorage.removeItem(NAME),
};
