/** A request's place in its trace: the caller's trace where it sent one, else one that begins here. */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Of this request in the gateway: the parent of its attempts. 16 hex digits. */
  readonly spanId: string;
  /** The caller's span; absent where the trace begins here. */
  readonly parentSpanId?: string;
  /** As of `TraceParent`. */
  readonly flags: number;
  /** What other tracing systems have to say, for the header of the same name. */
  readonly traceState?: string;
  /** Of AWS X-Ray, where Lambda or a load balancer gave one: for the log alone. */
  readonly xrayTraceId?: string;
}
