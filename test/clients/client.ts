/** A client that people use, put before the gateway. */
export interface Client {
  readonly name: string;
  /** Its packages with their versions. */
  readonly versions: string;
  /** Why its tests are skipped. */
  readonly missing: string | false;
  readonly start: () => RunningClient;
}

/** A client that runs and asks one thing after the other. */
export interface RunningClient extends Disposable {
  readonly ask: (asked: Asked) => Promise<Told>;
}

/** What a client is to ask, and where. */
export interface Asked {
  readonly do: 'answer' | 'streamed answer' | 'loop' | 'streamed loop';
  /** Without `/v1`. */
  readonly origin: string;
  readonly key: string;
  readonly model: string;
}

/** What the model said last, and the tools that were run on the way. Or what the client threw. */
export type Told = { readonly text: string; readonly ran: readonly string[] } | { readonly error: string };
