/** Counts the calls that each key has open at this instance. */
export interface OpenCalls {
  /** Lets a call in, and gives what ends it (once counts); `undefined` where the key has as many open as it may. */
  readonly enter: (key: string, most: number) => (() => void) | undefined;
}

/** No call so far. */
export function openCalls(): OpenCalls {
  const open = new Map<string, number>();
  return {
    enter: (key, most) => {
      const count = open.get(key) ?? 0;
      if (count >= most) {
        return undefined;
      }
      open.set(key, count + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) {
          return;
        }
        isOpen = false;
        const left = (open.get(key) ?? 1) - 1;
        if (left === 0) {
          open.delete(key);
        } else {
          open.set(key, left);
        }
      };
    },
  };
}
