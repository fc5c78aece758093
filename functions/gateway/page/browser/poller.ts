/** Asks again and again, one question at a time, and not at all while nobody looks. */
export interface Poller {
  /** Asks now, and from then on. */
  readonly start: () => void;
  readonly stop: () => void;
}

/** Calls `ask` every `everyMs`, counted from the end of the one before. It says whether to go on. */
export function poller(ask: () => Promise<boolean>, everyMs: number): Poller {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOn = false;
  let isAsking = false;
  const next = async (): Promise<void> => {
    if (isAsking || !isOn || document.hidden) {
      return;
    }
    clearTimeout(timer);
    isAsking = true;
    isOn = (await ask()) && isOn;
    isAsking = false;
    timer = setTimeout(() => void next(), everyMs);
  };
  document.addEventListener('visibilitychange', () => void next());
  return {
    start: () => {
      isOn = true;
      void next();
    },
    stop: () => {
      isOn = false;
      clearTimeout(timer);
    },
  };
}
