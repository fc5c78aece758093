/**
 * One event of a streamed response, whatever the framing. For server-sent events `kind` is `event`, `name` the event field
 * (`message` where absent) and `data` the joined data lines. For Amazon's event stream `kind` is `:message-type`, `name` the
 * `:event-type`, `:exception-type` or `:error-code`, and `data` the payload as text (for `error` the `:error-message`).
 */
export interface WireEvent {
  readonly kind: 'event' | 'exception' | 'error';
  readonly name: string;
  readonly data: string;
}
